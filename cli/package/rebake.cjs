#!/usr/bin/env node
// The executable of the package, and the first file that runs, on whatever Node there is: npm only warns of an old one. It imports
// nothing before it knows the version, and has nothing that Node 10 cannot read.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(`error: Rebake needs Node 22.12 or newer; this is ${process.versions.node}.`)
  process.exit(2)
}
import('./cli.js')
