import type { TargetFacts } from '../../model/facts.js'
import type { ProjectInfo } from './metadata.js'

/** The service's own limit, and the most that a project may set (maxcompute.md 2.3). */
export const resultRowCountLimit = 10_000

/** Reads what a project says about itself. */
export function projectFacts(project: ProjectInfo, region: string | undefined): TargetFacts {
  const { properties } = project
  const knownRegion = project.region ?? region
  const timeZone = properties['odps.sql.timezone']
  return {
    fact: 'target',
    project: project.name,
    ...(knownRegion === undefined ? {} : { region: knownRegion }),
    typeEdition: typeEdition(properties),
    schemaModel: isOn(properties['odps.schema.model.enabled']),
    ...(timeZone === undefined || timeZone === '' ? {} : { timeZone }),
    resultRowCountMax: resultRowCountMax(properties['READ_TABLE_MAX_ROW']),
  }
}

/** By the table of maxcompute.md 5.1; a flag that is not set is off. Mixtures that it does not name follow the first flag. */
function typeEdition(properties: Readonly<Record<string, string>>): TargetFacts['typeEdition'] {
  if (!isOn(properties['odps.sql.type.system.odps2'])) return '1.0'
  return isOn(properties['odps.sql.hive.compatible']) ? 'hive' : '2.0'
}

function isOn(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === 'true'
}

function resultRowCountMax(value: string | undefined): number {
  const count = /^\d{1,5}$/.test(value?.trim() ?? '') ? Number(value) : 0
  return count >= 1 && count <= resultRowCountLimit ? count : resultRowCountLimit
}
