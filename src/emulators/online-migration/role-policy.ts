import type { RamRole } from '../world.js'

interface Statement {
  readonly Effect?: string
  readonly Action?: string | readonly string[]
  readonly Resource?: string | readonly string[]
}

/** Whether the role's policies allow an action on a resource of OSS: an Allow that fits, and no Deny. */
export function allows(role: RamRole, action: string, resource: string): boolean {
  const fitting = role.policies
    .flatMap(({ document }) => statementsOf(document))
    .filter((statement) => {
      return fits(statement.Action, action, true) && fits(statement.Resource, resource, false)
    })
  return fitting.some(({ Effect }) => Effect === 'Allow') && !fitting.some(({ Effect }) => Effect === 'Deny')
}

function statementsOf(document: string): readonly Statement[] {
  const { Statement: statements = [] } = JSON.parse(document) as { readonly Statement?: Statement | Statement[] }
  return Array.isArray(statements) ? statements : [statements]
}

function fits(patterns: string | readonly string[] | undefined, text: string, ignoreCase: boolean): boolean {
  return [patterns ?? []].flat().some((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    return new RegExp(`^${source}$`, ignoreCase ? 'is' : 's').test(text)
  })
}
