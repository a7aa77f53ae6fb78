import type { AccessKeys } from '../model/credentials.js'
import type { Call } from '../model/work.js'

export interface Caller {
  readonly accountId: string
  readonly arn: string
}

export interface Role {
  readonly arn: string
  readonly name: string
  /** Services that may assume the role: `odps.aliyuncs.com`. */
  readonly trustedServices: readonly string[]
  /** Names of the policies attached to it. */
  readonly policies: readonly string[]
}

/** Who we are on Alibaba Cloud: STS and RAM. Errors: `access-denied`, `access-refused` (no such role …), `access-unreachable`. */
export interface Access {
  callerIdentity(call: Call): Promise<Caller>
  role(arn: string, call: Call): Promise<Role>
  /** Temporary keys of a role. */
  assume(arn: string, call: Call): Promise<AccessKeys>
}
