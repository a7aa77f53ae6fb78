// The SQL by which the product measures its source: reads `{ plan, measures }` on stdin, prints the statements as JSON.
import { text } from 'node:stream/consumers'
import { measureStatements } from '../../dist/dialect/redshift/measure.js'

const { plan, measures } = JSON.parse(await text(process.stdin))
console.log(JSON.stringify(measureStatements(plan, measures)))
