// Adds up the runners' reports and prints the closing line. A report that is missing counts as a failure.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder, ...names] = process.argv.slice(2)
/** Lines of a failure's message that are shown again at the end; the whole stands where the test ran. */
const MESSAGE_LINES = 12
let passed = 0
let failed = 0
const failures = []
for (const name of names) {
  let report
  try {
    report = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  } catch (error) {
    console.log(`${name}: no report (${error.code ?? error.message})`)
    failed += 1
    continue
  }
  passed += report.numPassedTests
  // A suite that failed to load has no failed tests of its own, yet nothing of it ran.
  const brokenSuites = (report.testResults ?? []).filter(
    (suite) => suite.status === 'failed' && !(suite.assertionResults ?? []).some((test) => test.status === 'failed'),
  )
  failed += report.numFailedTests + brokenSuites.length
  for (const suite of brokenSuites) failures.push([suite.name, suite.message ?? ''])
  for (const suite of report.testResults ?? []) {
    for (const test of suite.assertionResults ?? []) {
      if (test.status !== 'failed') continue
      failures.push([`${suite.name ?? ''} ${test.fullName ?? test.title}`, (test.failureMessages ?? []).join('\n')])
    }
  }
  console.log(
    `${name}: ${report.numPassedTests} passed, ${report.numFailedTests} failed, ${brokenSuites.length} broken suites`,
  )
}
// Whoever reads only the end of a long log sees what failed, too.
for (const [name, message] of failures) {
  console.log(`FAILED ${name}`)
  console.log(message.split('\n').slice(0, MESSAGE_LINES).join('\n').replace(/^/gm, '    '))
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
