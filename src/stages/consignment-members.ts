import type { RelationPlan } from '../model/plan.js'
import type { PlanEntry } from './plan-book.js'
import type { Travel } from './stage.js'

/** `consignments/<id>.json`: who set out together, written before the job is made and never while it may run. */
interface ConsignmentDocument {
  readonly document: 'consignment'
  readonly id: string
  readonly members: readonly Member[]
}

export interface Member {
  readonly relationId: string
  /** What was unloaded; a later unload lies elsewhere and did not travel with it. */
  readonly unloadAttempt: number
}

function documentPath(id: string): string {
  return `consignments/${id}.json`
}

export function consignStep(consignment: string): string {
  return `consign/${consignment}`
}

/** Whether the relation, as it is unloaded now, travelled with its consignment. */
export async function hasTravelled(plan: RelationPlan, travel: Travel): Promise<boolean> {
  if (travel.journal.status(consignStep(plan.consignment)).state !== 'succeeded') return false
  const document = await travel.folder.readDocument<ConsignmentDocument>(documentPath(plan.consignment))
  return (document?.members ?? []).some((member) => isOf(member, plan.relationId, travel))
}

function isOf(member: Member, relationId: string, travel: Travel): boolean {
  const { number } = travel.journal.status(`unload/${relationId}`)
  return member.relationId === relationId && member.unloadAttempt === number
}

/** Once a consignment has set out its members stay the same until that attempt is over. */
export async function setOut(id: string, ready: readonly PlanEntry[], travel: Travel): Promise<readonly Member[]> {
  const { state } = travel.journal.status(consignStep(id))
  const earlier = await travel.folder.readDocument<ConsignmentDocument>(documentPath(id))
  if (earlier !== undefined && state !== 'pending' && state !== 'failed') return earlier.members
  const members = ready.map(({ relationId }) => {
    return { relationId, unloadAttempt: travel.journal.status(`unload/${relationId}`).number }
  })
  const document: ConsignmentDocument = { document: 'consignment', id, members }
  await travel.folder.writeDocument(documentPath(id), document)
  return members
}
