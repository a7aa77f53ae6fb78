/** What Data Online Migration gives an account in a region (transfer.md 1.9; peers.md, fact 3). */
export interface OnlineQuotas {
  /** Jobs that run at once. */
  readonly runningJobCountMax: number
  /** Jobs that one run may make. */
  readonly jobCountMax: number
  /** Of each job. */
  readonly bitsPerSecond: number
  /** Of each job. */
  readonly filesPerSecond: number
}

/** Mainland China and Hong Kong have twice of what the other regions have. */
export function regionQuotas(region: string): OnlineQuotas {
  const isChina = region.startsWith('cn-')
  return {
    runningJobCountMax: isChina ? 10 : 5,
    jobCountMax: 500,
    bitsPerSecond: isChina ? 2_000_000_000 : 1_000_000_000,
    filesPerSecond: 2000,
  }
}
