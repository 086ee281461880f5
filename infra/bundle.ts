import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Deployed } from '../functions/runtime/deployed-fleet.ts'
import { compiledOnce } from './bundle-cache.ts'
import { bundleNames, functionsWithFleet } from './functions/names.ts'
import {
  bundled,
  droppableSchemas,
  fixedEndpoints,
  lambdaCredentials,
  noEventStreams,
  noInstanceMetadata,
  oneRegion,
  pureLayers,
  smallPackages,
  smallSemver,
} from './sdk-diet.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Bundles every function to <directory>/<verb-noun>/index.js, with its source map, and with fleet.json
 * where the function decides. The same sources give the same bytes, wherever the directory is.
 *
 * @throws when a function does not compile; esbuild has printed where.
 */
export async function bundleFunctions(deployed: Deployed, directory: string): Promise<void> {
  // The code is every fleet's.
  const compiled = await compiledOnce(root, sources, async () => (await compileFunctions()).outputFiles)
  await cp(compiled, directory, { recursive: true })
  for (const name of functionsWithFleet) await writeFile(join(directory, name, 'fleet.json'), JSON.stringify(deployed))
}

/** All that a bundle is made of; esbuild reads tsconfig.json, too. */
const sources = [
  ...bundled,
  'infra/bundle.ts',
  'infra/sdk-diet.ts',
  'infra/functions/names.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
]

/** Each bundle and its source map, in memory. */
export const compileFunctions = () =>
  build({
    absWorkingDir: root,
    entryPoints: bundleNames.map((name) => ({
      in: `functions/${name}/handler.ts`,
      out: `${name}/index`,
    })),
    // Nothing is written there: source maps hold paths relative to it, and must not depend on the directory.
    outdir: join(root, 'bundles'),
    write: false,
    bundle: true,
    minify: true,
    // Not modules: a rehearsal compiles a script once and runs it afresh for each cold start, and nothing stays behind.
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    // platform: node prefers CommonJS, which cannot be shaken.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    define: { 'import.meta.dirname': '__dirname' },
    // A script has no import(): Node's own modules, all that is asked for so, are required.
    supported: { 'dynamic-import': false },
    plugins: [
      droppableSchemas,
      pureLayers,
      lambdaCredentials,
      noEventStreams,
      noInstanceMetadata,
      oneRegion,
      fixedEndpoints,
      smallPackages,
      smallSemver,
    ],
  })

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
