import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildOnce } from '../cli/package/build.ts'
import { packageFile } from '../infra/package-file.ts'

// What commands of the published package cost. CPU, as other work on the machine makes every second longer.

const scratch = mkdtempSync(join(tmpdir(), 'rebake-bench-'))
const fleet = packageFile('examples/golden/fleet.yaml')
const commands = [
  { name: '--help', script: 'rebake.cjs', args: ['--help'], target: 60, most: 100, runs: 10 },
  { name: 'check', script: 'rebake.cjs', args: ['check', '--fleet', fleet], target: 200, most: 300, runs: 10 },
  {
    name: 'plan --release',
    script: 'rebake.cjs',
    args: ['plan', '--release', 'al2023-soe', '--fleet', fleet],
    target: 200,
    most: 300,
    runs: 10,
  },
  { name: 'the CDK app', script: 'app.js', args: [], target: 5_000, most: 8_000, runs: 2 },
]

/** As a command ends, it writes what it has cost to the file with the number 3. */
const meter = join(scratch, 'meter.cjs')
writeFileSync(meter, `process.on('exit', () => require('node:fs').writeSync(3, JSON.stringify(process.cpuUsage())))`)

/** Milliseconds of CPU, user and system. @throws where the command fails */
function costOf({ script, args }: (typeof commands)[number]): number {
  const { status, output } = spawnSync(process.execPath, ['--require', meter, packageFile(`dist/${script}`), ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ fleet }), CDK_OUTDIR: join(scratch, 'cdk.out') },
  })
  if (status !== 0) throw new Error(`${script} ${args.join(' ')} exits with ${status}`)
  const { user, system } = JSON.parse(output[3] ?? '') as NodeJS.CpuUsage
  return (user + system) / 1000
}

await buildOnce()
const rows = commands.map((command) => {
  const costs = Array.from({ length: command.runs }, () => costOf(command))
  return { command: command.name, 'CPU ms': Math.round(Math.min(...costs)), target: command.target, most: command.most }
})
rmSync(scratch, { recursive: true })
console.table(rows)
if (rows.some((row) => row['CPU ms'] > row.most)) process.exitCode = 1
