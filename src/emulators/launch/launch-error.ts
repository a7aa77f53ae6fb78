/** Something that the person who starts the emulators can put right; printed without a stack. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError'
  /** Of the launcher: 2 for wrong options, 1 for everything else. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
