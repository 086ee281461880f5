import { cdkVersion, packageName, version } from '../../domain/product.ts'
import { BadInput } from '../problems.ts'

const own = ['check', 'plan', 'rehearse', 'synth', 'diff', 'bootstrap', 'deploy', 'doctor']
const scripts: Record<string, string> = {
  rebake: 'rebake',
  ...Object.fromEntries(own.map((command) => [command, `rebake ${command}`])),
}
/** Exact versions: what was checked in a pull request is what deploys. */
const devDependencies: Record<string, string> = { [packageName]: version, 'aws-cdk': cdkVersion }

interface Manifest {
  scripts?: Record<string, string>
  devDependencies?: Record<string, string>
  [key: string]: unknown
}

/**
 * A package.json with what the fleet needs; of one that is there, nothing changes but what is missing in it.
 * @throws BadInput where that is no JSON object
 */
export function packageJson(name: string, existing: string | undefined, path: string): string {
  const manifest: Manifest = existing === undefined ? { name, version: '1.0.0', private: true } : parsed(existing, path)
  return `${JSON.stringify(
    {
      ...manifest,
      scripts: { ...scripts, ...manifest.scripts },
      devDependencies: { ...devDependencies, ...manifest.devDependencies },
    },
    null,
    2,
  )}\n`
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parsed(text: string, path: string): Manifest {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value) && [value.scripts ?? {}, value.devDependencies ?? {}].every(isObject)) return value as Manifest
  } catch {}
  throw new BadInput(
    `${path}: expected a JSON object with objects as scripts and devDependencies, as npm writes it. Nothing was written.`,
  )
}
