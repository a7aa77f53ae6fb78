// Adds up the runners' reports and prints the closing line. A report that is missing counts as a failure.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder, ...names] = process.argv.slice(2)
let passed = 0
let failed = 0
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
  console.log(
    `${name}: ${report.numPassedTests} passed, ${report.numFailedTests} failed, ${brokenSuites.length} broken suites`,
  )
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
