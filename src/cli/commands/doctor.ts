import type { Access } from '../../access/access.js'
import { MigrationError } from '../../model/errors.js'
import type { Call } from '../../model/work.js'
import type { Places } from '../../stages/stage.js'
import { assemble, assembleAccess, assembleJobCount } from '../assemble.js'
import { askingCall, type Context } from '../context.js'
import type { Config } from '../config-schema.js'
import { onlineQuestions } from '../online-questions.js'
import { takeProbe } from '../probe-place.js'
import { tellProbe } from '../probe-table.js'
import { sourceName } from '../setup.js'

interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly detail: string
  readonly hint?: string
}

/** Longest time that a single question may take. */
const checkMilliseconds = 60_000

/**
 * Asks every system one question, and says what to do where the answer is no. Changes nothing; with `probe`, and where all
 * answered, it makes and removes what the probe needs.
 */
export async function doctor(context: Context, options: { readonly probe: boolean }): Promise<number> {
  const loaded = await context.config()
  const places = assemble(loaded, 'doctor')
  const findings: Finding[] = []
  const access = assembleAccess(loaded)
  const asked = [
    ...questions(loaded.config, places, access),
    ...onlineQuestions(loaded.config, assembleJobCount(loaded), access),
  ]
  for (const [check, ask] of asked) {
    const finding = await answer(check, () => ask(askingCall(context, checkMilliseconds)))
    findings.push(finding)
    context.talk.data(finding, () => findingText(finding))
  }
  const failedCount = findings.filter((finding) => !finding.ok).length
  context.talk.say(failedCount === 0 ? 'everything answered' : `${failedCount} of ${findings.length} checks failed`)
  if (failedCount > 0) return 10
  if (options.probe) tellProbe(context, await takeProbe(context, loaded))
  return 0
}

export type Question = readonly [string, (call: Call) => Promise<string>]

function questions(config: Config, places: Places, access: Access | undefined): readonly Question[] {
  const { redshift, s3, oss, maxcompute } = config
  const basic: Question[] = [
    [
      'redshift login',
      (call) => places.source.ping(call).then(() => `${loginName(config)}@${sourceName(config)}/${redshift.database}`),
    ],
    ['s3 bucket', (call) => places.sourceStore.ping(call).then(() => `s3://${s3.bucket}/${s3.prefix}`)],
    ['oss bucket', (call) => places.targetStore.ping(call).then(() => `oss://${oss.bucket}/${oss.prefix}`)],
    ['maxcompute project', (call) => places.target.ping(call).then(() => maxcompute.project)],
    [
      'maxcompute types',
      async (call) => {
        const facts = await places.target.facts(call)
        return `edition ${facts.typeEdition}, time zone ${facts.timeZone ?? 'unknown'}, ${facts.schemaModel ? 'three' : 'two'}-level names`
      },
    ],
  ]
  return access === undefined ? basic : [...basic, ...accessQuestions(config, access)]
}

function loginName({ redshift }: Config): string {
  return redshift.user ?? (redshift.dbUser === undefined ? 'AWS identity' : `IAM:${redshift.dbUser}`)
}

function accessQuestions(config: Config, access: Access): readonly Question[] {
  const { roleArn } = config.oss
  const identity: Question = ['alibaba identity', async (call) => (await access.callerIdentity(call)).arn]
  if (roleArn === undefined) return [identity]
  const trust: Question = [
    'load role',
    async (call) => {
      const role = await access.role(roleArn, call)
      if (role.trustedServices.includes('odps.aliyuncs.com'))
        return `${role.arn}, policies ${role.policies.join(', ') || 'none'}`
      throw new MigrationError('access-refused', `role ${role.name}: it does not trust odps.aliyuncs.com`, {
        hint: 'migrate policies prints the trust policy that LOAD needs',
      })
    },
  ]
  return [identity, trust]
}

async function answer(check: string, ask: () => Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, detail: await ask() }
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    return { check, ok: false, detail: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
  }
}

function findingText(finding: Finding): string {
  const line = `${finding.ok ? 'ok  ' : 'FAIL'} ${finding.check}: ${finding.detail}`
  return finding.hint === undefined ? line : `${line}\n     hint: ${finding.hint}`
}
