/** Something that the person who starts the emulators can put right; printed without a stack. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError'
}
