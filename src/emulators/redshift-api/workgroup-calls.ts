import type { ApiCall } from './api-call.js'
import { ApiRefusal, notImplemented } from './api-refusal.js'
import { secondsOf, userOf } from './credential-rules.js'
import { redshiftNames } from './redshift-names.js'
import { mintPassword } from './temporary-password.js'

type Input = Readonly<Record<string, unknown>>

/** Operations of `redshift-serverless`, version 2021-04-21; times are seconds since 1970. */
export type WorkgroupOperation = (call: ApiCall, input: Input) => object

export const workgroupOperations: Readonly<Record<string, WorkgroupOperation>> = {
  GetCredentials: getCredentials,
  GetWorkgroup: getWorkgroup,
}

function getCredentials(call: ApiCall, input: Input): object {
  accept(input, ['workgroupName', 'dbName', 'durationSeconds'])
  checkWorkgroup(call, input)
  const { durationSeconds } = input
  if (durationSeconds !== undefined && typeof durationSeconds !== 'number') {
    throw new ApiRefusal('invalid', 'durationSeconds must be a number.')
  }
  const expiresAt = call.now + secondsOf(durationSeconds) * 1000
  const dbUser = userOf(call)
  const expiration = expiresAt / 1000
  return { dbUser, dbPassword: mintPassword(dbUser, expiresAt), expiration, nextRefreshTime: expiration }
}

function getWorkgroup(call: ApiCall, input: Input): object {
  accept(input, ['workgroupName'])
  checkWorkgroup(call, input)
  const { accountId, region } = call.world.aws
  const { host, port } = call.redshift
  const workgroupId = '00000000-0000-4000-8000-000000000001'
  return {
    workgroup: {
      workgroupId,
      workgroupArn: `arn:aws:redshift-serverless:${region}:${accountId}:workgroup/${workgroupId}`,
      workgroupName: redshiftNames.workgroup,
      namespaceName: redshiftNames.workgroup,
      status: 'AVAILABLE',
      endpoint: { address: host, port, vpcEndpoints: [] },
      port,
      publiclyAccessible: false,
    },
  }
}

function accept(input: Input, names: readonly string[]): void {
  const stranger = Object.keys(input).find((name) => !names.includes(name))
  if (stranger !== undefined) throw notImplemented(`The member ${stranger}`)
}

function checkWorkgroup({ world }: ApiCall, { workgroupName }: Input): void {
  if (typeof workgroupName !== 'string') throw new ApiRefusal('invalid', 'workgroupName must be given.')
  if (workgroupName === redshiftNames.workgroup && world.redshift.serverless) return
  throw new ApiRefusal('missing', `The workgroup ${workgroupName} was not found.`)
}
