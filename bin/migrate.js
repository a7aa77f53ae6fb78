#!/usr/bin/env node
// Plain syntax that any Node can read: it must be able to refuse an old one with a sentence instead of a SyntaxError.
var floor = [20, 19]
var version = process.versions.node.split('.').map(Number)
if (version[0] < floor[0] || (version[0] === floor[0] && version[1] < floor[1])) {
  console.error('migrate: needs Node ' + floor.join('.') + ' or newer, found ' + process.versions.node)
  console.error('hint: install a newer Node (24 is preferred) and run the same command again')
  process.exit(2)
}
import('../dist/cli/main.js').then(
  function (cli) {
    return cli.main(process.argv.slice(2))
  },
  function (error) {
    console.error('migrate: dist/ could not be loaded (' + error.message + ')')
    console.error('hint: run npm run build in a clone, or install the package again')
    process.exit(1)
  },
)
