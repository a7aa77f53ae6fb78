import { storeError } from './store-error.js'

/** What an error of the SDK carries: the service's code as name, or Node's code of a failed connection. */
interface S3Failure {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

export function s3Error(subject: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const failure: S3Failure = error
  return storeError(subject, {
    service: 'S3',
    code: failure.code ?? (failure.name === 'Error' ? undefined : failure.name),
    status: failure.$metadata?.httpStatusCode,
    message: failure.message,
    cause: error,
  })
}
