// Runs before `npm start` and `npm test`, on whatever Node the host has: installs what the lockfile says where it
// is missing, or where the lockfile has changed since.
import { execSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'

const installed = 'node_modules/.package-lock.json'
const changed = (file) => statSync(file).mtimeMs
if (!existsSync(installed) || changed('package-lock.json') > changed(installed)) {
  console.log('Installing what package-lock.json names (once) ...')
  execSync('npm ci --no-audit --no-fund --loglevel=error', { stdio: 'inherit' })
}
