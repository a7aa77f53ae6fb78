import type { CheckResult } from '../model/documents.js'
import type { QueryResult } from '../model/query-check.js'
import { html } from './html.js'
import type { ReportHeader, ReportRelation } from './report.js'

/** JUnit XML as continuous integration reads it: a suite a relation, a case a check. */
export async function* reportJunit(
  header: ReportHeader,
  relations: AsyncIterable<ReportRelation>,
): AsyncGenerator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n'
  yield `<testsuites name="${attribute(`migration ${header.run}`)}">\n`
  for await (const relation of relations) yield suite(relation)
  if (header.queries !== undefined) yield queriesSuite(header.queries)
  yield '</testsuites>\n'
}

function suite(relation: ReportRelation): string {
  const milliseconds = Object.values(relation.milliseconds).reduce((total, one) => total + one, 0)
  return suiteOf(relation.relation, casesOf(relation), milliseconds)
}

function queriesSuite(queries: readonly QueryResult[]): string {
  const cases = queries.map((query) => testcase({ relation: 'queries' }, query.name, queryContent(query)))
  return suiteOf('queries', cases, 0)
}

function queryContent({ verdict, reason, discrepancies, source, target }: QueryResult): string {
  if (verdict === 'equal') return ''
  if (verdict === 'failed') return `<error message="${attribute(reason ?? 'not answered')}"/>`
  if (verdict !== 'differs') return `<skipped message="${attribute(`${verdict}: ${reason ?? ''}`)}"/>`
  const lines = [...discrepancies.map(({ message }) => message), 'source:', source, 'target:', target ?? '']
  return `<failure message="${discrepancies.length} differences">${lines.map((line) => html(clean(line))).join('\n')}</failure>`
}

function suiteOf(name: string, cases: readonly string[], milliseconds: number): string {
  const counts = {
    tests: cases.length,
    failures: cases.filter((one) => one.includes('<failure')).length,
    errors: cases.filter((one) => one.includes('<error')).length,
    skipped: cases.filter((one) => one.includes('<skipped')).length,
  }
  const figures = Object.entries(counts).map(([name, count]) => `${name}="${count}"`)
  const head = `<testsuite name="${attribute(name)}" ${figures.join(' ')} time="${(milliseconds / 1000).toFixed(3)}">`
  return `  ${head}\n${cases.join('')}  </testsuite>\n`
}

/** A relation that came to no check still has one case, so that nobody takes silence for success. */
function casesOf(relation: ReportRelation): readonly string[] {
  if (relation.failure !== undefined || relation.verdict === 'blocked') {
    const told = relation.failure ?? blockingText(relation)
    return [testcase(relation, 'migration', `<error message="${attribute(told)}"/>`)]
  }
  if (relation.verdict === 'unverified') {
    return [testcase(relation, 'migration', '<skipped message="not verified yet"/>')]
  }
  return relation.checks.map((check) => testcase(relation, check.check, failureOf(check)))
}

function failureOf({ discrepancies }: CheckResult): string {
  if (discrepancies.length === 0) return ''
  const lines = discrepancies.map((one) => html(clean(one.message))).join('\n')
  return `<failure message="${discrepancies.length} differences">${lines}</failure>`
}

function blockingText({ concerns }: ReportRelation): string {
  const blocking = concerns.filter((one) => one.class === 'blocking')
  return blocking.map((one) => `${one.code} ${one.message}`).join('; ')
}

function testcase({ relation }: Pick<ReportRelation, 'relation'>, name: string, content: string): string {
  return `    <testcase classname="${attribute(relation)}" name="${attribute(name)}">${content}</testcase>\n`
}

function attribute(text: string): string {
  return html(clean(text)).replaceAll('\n', '&#10;')
}

/** XML 1.0 has no way to write most control characters. */
function clean(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    '\ufffd',
  )
}
