import type { RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless'
import { MigrationError } from '../../model/errors.js'
import type { Call } from '../../model/work.js'
import type { IamLoginOptions } from './iam-login.js'
import type { TemporaryLogin } from './iam-login-cache.js'
import { askApi, clientSettings, endOf, passwordSeconds } from './iam-login-client.js'

/** `GetCredentials`, and `GetWorkgroup` when nobody knows the endpoint yet. */
export async function askWorkgroup(
  options: IamLoginOptions,
  workgroup: string,
  subject: string,
  call: Call,
): Promise<TemporaryLogin> {
  const sdk = await import('@aws-sdk/client-redshift-serverless')
  const client = new sdk.RedshiftServerlessClient(clientSettings(options))
  try {
    const place = options.hostKnown ? {} : await placeOf(client, workgroup, subject, call)
    const askedAt = Date.now()
    const action = 'redshift-serverless:GetCredentials'
    const input = { workgroupName: workgroup, dbName: options.database, durationSeconds: passwordSeconds }
    const command = new sdk.GetCredentialsCommand(input)
    const answer = await askApi({ subject, action }, call, (how) => client.send(command, how))
    const { dbUser, dbPassword, expiration } = answer
    if (dbUser === undefined || dbPassword === undefined || expiration === undefined) {
      throw new MigrationError('source-failed', `${subject}: the answer has no user, password or expiration`)
    }
    return { user: dbUser, password: dbPassword, expiresAt: endOf(expiration, askedAt), ...place }
  } finally {
    client.destroy()
  }
}

async function placeOf(
  client: RedshiftServerlessClient,
  workgroup: string,
  subject: string,
  call: Call,
): Promise<{ readonly host: string; readonly port?: number }> {
  const { GetWorkgroupCommand } = await import('@aws-sdk/client-redshift-serverless')
  const command = new GetWorkgroupCommand({ workgroupName: workgroup })
  const action = 'redshift-serverless:GetWorkgroup'
  const answer = await askApi({ subject, action }, call, (how) => client.send(command, how))
  const { status, endpoint } = answer.workgroup ?? {}
  if (endpoint?.address !== undefined) {
    return { host: endpoint.address, ...(endpoint.port === undefined ? {} : { port: endpoint.port }) }
  }
  throw new MigrationError('source-refused', `${subject}: it has no endpoint (status ${status ?? 'unknown'})`, {
    hint: 'wait until the workgroup is available, or set redshift.host',
  })
}
