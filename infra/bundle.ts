import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deployed } from '../functions/runtime/deployed-fleet.ts'
import { writeFunctions } from './compile-functions.ts'
import { type BundleName, bundleNames, functionsWithFleet } from './functions/names.ts'

/**
 * Bundles every function to <directory>/<verb-noun>/index.js, with its source map, and with fleet.json
 * where the function decides. The same sources give the same bytes, wherever the directory is.
 *
 * @param isReadOnly nobody writes to the files: they may be others' too
 * @throws when a function does not compile; esbuild has printed where.
 */
export async function bundleFunctions(deployed: Deployed, directory: string, isReadOnly = false): Promise<void> {
  // The code is every fleet's.
  await writeFunctions(directory, isReadOnly)
  for (const name of functionsWithFleet) await writeFile(join(directory, name, 'fleet.json'), JSON.stringify(deployed))
}

/** What tells a function's bundle from all others that the same sources make, without reading it. */
export function bundleHashes(deployed: Deployed): (name: BundleName) => string {
  const fleet = JSON.stringify(deployed)
  const holdsFleet = new Set<BundleName>(functionsWithFleet)
  return (name) =>
    createHash('sha256')
      .update(holdsFleet.has(name) ? `${name} ${fleet}` : name)
      .digest('hex')
}

/** Stands in for the bundles where only the template matters. */
export async function placeholderFunctions(directory: string): Promise<void> {
  for (const name of bundleNames) {
    await mkdir(join(directory, name), { recursive: true })
    await writeFile(
      join(directory, name, 'index.js'),
      `exports.handler = () => { throw new Error('${name} is not bundled') }\n`,
    )
  }
}
