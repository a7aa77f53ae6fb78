import { MigrationError } from '../../model/errors.js'
import type { Call } from '../../model/work.js'
import type { IamLoginOptions } from './iam-login.js'
import type { TemporaryLogin } from './iam-login-cache.js'
import { askApi, clientSettings, endOf, passwordSeconds } from './iam-login-client.js'

interface Cluster {
  readonly cluster: string
  readonly dbUser?: string
}

interface Answer {
  readonly DbUser?: string | undefined
  readonly DbPassword?: string | undefined
  readonly Expiration?: Date | undefined
}

/** `GetClusterCredentials` for a database user that exists, or `GetClusterCredentialsWithIAM` for the caller's own. */
export async function askCluster(
  options: IamLoginOptions,
  of: Cluster,
  subject: string,
  call: Call,
): Promise<TemporaryLogin> {
  const sdk = await import('@aws-sdk/client-redshift')
  const client = new sdk.RedshiftClient(clientSettings(options))
  const input = { ClusterIdentifier: of.cluster, DbName: options.database, DurationSeconds: passwordSeconds }
  const askedAt = Date.now()
  const { dbUser } = of
  try {
    if (dbUser === undefined) {
      const command = new sdk.GetClusterCredentialsWithIAMCommand(input)
      const action = 'redshift:GetClusterCredentialsWithIAM'
      return loginOf(await askApi({ subject, action }, call, (how) => client.send(command, how)), askedAt, subject)
    }
    const command = new sdk.GetClusterCredentialsCommand({ ...input, DbUser: dbUser, AutoCreate: false })
    const action = 'redshift:GetClusterCredentials'
    return loginOf(await askApi({ subject, action }, call, (how) => client.send(command, how)), askedAt, subject)
  } finally {
    client.destroy()
  }
}

/** The user's name comes with the password: `IAM:migrator`, `IAMR:role` (redshift.md 6.2). */
function loginOf({ DbUser, DbPassword, Expiration }: Answer, askedAt: number, subject: string): TemporaryLogin {
  if (DbUser === undefined || DbPassword === undefined || Expiration === undefined) {
    throw new MigrationError('source-failed', `${subject}: the answer has no user, password or expiration`)
  }
  return { user: DbUser, password: DbPassword, expiresAt: endOf(Expiration, askedAt) }
}
