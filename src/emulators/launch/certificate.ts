export interface Certificate {
  readonly cert: string
  readonly key: string
}

const validDays = 30

/** A certificate for localhost and 127.0.0.1 that is its own authority: clients take `cert` as CA file. */
export async function makeCertificate(): Promise<Certificate> {
  // Loaded here, because the package is optional: requirePackages has looked for it.
  const { generate } = await import('selfsigned')
  const notBeforeDate = new Date(Date.now() - 86_400_000)
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate: new Date(Date.now() + validDays * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}
