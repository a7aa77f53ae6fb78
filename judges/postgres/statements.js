// The SQL by which the product measures its source: reads `{ plan, measures }` on stdin, prints the statements as JSON;
// those of the fingerprint where `measures` is absent.
import { text } from 'node:stream/consumers'
import { measureStatements } from '../../dist/dialect/redshift/measure.js'
import { fingerprintStatements } from '../../dist/dialect/redshift/row-hash.js'

const { plan, measures } = JSON.parse(await text(process.stdin))
console.log(
  JSON.stringify(measures === undefined ? fingerprintStatements(plan, []) : measureStatements(plan, measures)),
)
