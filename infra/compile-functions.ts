import { cpSync } from 'node:fs'
import { build } from 'esbuild'
import { compiledOnce, linkFiles } from './bundle-cache.ts'
import { bundleNames } from './functions/names.ts'
import { packageFile } from './package-file.ts'
import {
  bundled,
  droppableSchemas,
  fixedEndpoints,
  lambdaCredentials,
  noCallLogs,
  noEventStreams,
  noInstanceMetadata,
  oneRegion,
  pureLayers,
  smallPackages,
  smallSemver,
} from './sdk-diet.ts'

/**
 * Writes every function to <directory>/<verb-noun>/index.js, with its source map. In the published package
 * infra/shipped-functions.ts does it.
 *
 * @param isReadOnly nobody writes to the files: they may be those of the cache
 * @throws when a function does not compile; esbuild has printed where.
 */
export async function writeFunctions(directory: string, isReadOnly: boolean): Promise<void> {
  // Its own sources do not change while a process runs.
  compiled ??= compiledOnce(packageFile('.'), functionSources, async () => (await compileFunctions()).outputFiles)
  const cached = await compiled
  if (isReadOnly) linkFiles(cached, directory)
  else cpSync(cached, directory, { recursive: true })
}
let compiled: Promise<string> | undefined

/** All that a bundle is made of; esbuild reads tsconfig.json, too. */
const functionSources = [
  ...bundled,
  'infra/compile-functions.ts',
  'infra/sdk-diet.ts',
  'infra/functions/names.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
]

/** Each bundle and its source map, in memory. */
export const compileFunctions = () =>
  build({
    absWorkingDir: packageFile('.'),
    entryPoints: bundleNames.map((name) => ({
      in: `functions/${name}/handler.ts`,
      out: `${name}/index`,
    })),
    // Nothing is written there: source maps hold paths relative to it, and must not depend on the directory.
    outdir: packageFile('bundles'),
    write: false,
    metafile: true,
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
      noCallLogs,
      noEventStreams,
      noInstanceMetadata,
      oneRegion,
      fixedEndpoints,
      smallPackages,
      smallSemver,
    ],
  })
