import { RedshiftFault } from './fault.js'

/** A failure that Redshift reports from S3, in its boxed wording (redshift.md 1.12). */
export function s3Fault(status: number, code: string, text: string, requestId = 'EMULATED00000000'): RedshiftFault {
  const message = `S3ServiceException:${text},Status ${status},Error ${code},Rid ${requestId},CanRetry 1`
  return new RedshiftFault('XX000', message, {
    detail: `error:  ${message}\n  code:      15001\n  context:   S3 key being written`,
  })
}
