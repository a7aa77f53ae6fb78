/** Keys as a cloud hands them out. Never written to a document, a log or an error. */
export interface AccessKeys {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  /** Present for temporary keys. */
  readonly securityToken?: string
  /** Milliseconds since 1970; absent for long-term keys. */
  readonly expiresAt?: number
}

/** Whoever signs requests asks for the keys each time; the implementation refreshes before expiry, one flight at a time. */
export interface Credentials {
  current(): Promise<AccessKeys>
  /** Other keys than these, which a service refused as expired; absent where there are no others. */
  renew?(refused: AccessKeys): Promise<AccessKeys>
}
