import { existsSync, readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { dirname, resolve } from 'node:path'
import { FleetInvalid, parseFleet } from '../domain/fleet/parse.ts'
import { LimitsExceeded } from '../domain/limits.ts'

/**
 * What the cdk command runs: `cdk deploy -c fleet=path/to/fleet.yaml`. It says in the environment where to
 * write, and hands over the context there too.
 */
const context = JSON.parse(process.env.CDK_CONTEXT_JSON ?? '{}') as { fleet?: string }
const file = context.fleet ?? 'fleet.yaml'
const fleetDirectory = dirname(resolve(file))
const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)

const fail = (message: string): never => {
  console.error(message)
  process.exit(2)
}

try {
  const text = read(file) ?? fail(`${file}: no such file; name the fleet with -c fleet=FILE, such as one of examples/`)
  const fleet = parseFleet(text, file, (path) => read(resolve(fleetDirectory, path)))
  // Only now: loading the CDK takes longer than finding what is wrong with a fleet. What Node compiles of it, it keeps.
  enableCompileCache()
  const { synthesize } = await import('./synthesize.ts')
  await synthesize({ fleet, fleetDirectory, outdir: process.env.CDK_OUTDIR ?? 'cdk.out' })
} catch (error) {
  if (!(error instanceof FleetInvalid || error instanceof LimitsExceeded)) throw error
  fail(error instanceof LimitsExceeded ? error.message.replaceAll(/^/gm, `${file}: `) : error.message)
}
