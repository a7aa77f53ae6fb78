import { MigrationError } from '../../model/errors.js'
import type { MaxComputeClient } from './client.js'

/** The same error with the instance and its page: what is wrong shows there. */
export async function instanceError(error: unknown, client: MaxComputeClient, instance: string): Promise<unknown> {
  if (!(error instanceof MigrationError) || error.code === 'interrupted') return error
  const { code, transient, hint, cause } = error
  const where = `instance ${instance}, ${await client.plainLogview(instance)}`
  const options = { transient, cause, ...(hint === undefined ? {} : { hint }) }
  return new MigrationError(code, `${error.message} (${where})`, options)
}
