/** Names that the service knows an attempt by; all of one run begin alike, so that they can be found and removed. */
export interface OnlineNames {
  readonly job: string
  readonly source: string
  readonly target: string
}

/** A token has at most 61 characters for this: the service takes 63. */
export function namesOf(token: string): OnlineNames {
  return { job: token, source: `${token}-s`, target: `${token}-t` }
}

/** What every token of a run begins with. */
export function runPrefix(run: string): string {
  return `mig-${run}-`.toLowerCase()
}

/** The token of an earlier attempt of the same step. */
export function earlierToken(token: string, number: number): string {
  return token.replace(/\d+$/, String(number))
}
