import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { fingerprint } from '../../infra/bundle-cache.ts'
import { compileFunctions } from '../../infra/compile-functions.ts'
import { packFunctions } from '../../infra/function-archive.ts'
import { packageFile } from '../../infra/package-file.ts'
import { bundlePlugins, checkUnusedServices } from './bundle-plugins.ts'
import { packagesIn } from './bundled-packages.ts'
import { licencesOf } from './licences.ts'
import { sbomOf } from './sbom.ts'

/** esbuild gives ES modules none of what CommonJS, such as the CDK, dynalite and cdk-nag, takes for granted. */
const commonJs = [
  `import { createRequire as rebakeRequire } from 'node:module'`,
  `const require = rebakeRequire(import.meta.url)`,
  `const { filename: __filename, dirname: __dirname } = import.meta`,
].join(';')

/** Files that the CDK's validation of templates reads beside its own code, which is in dist/ itself. */
const filesOfTheCdk = {
  rules: 'node_modules/aws-cdk-lib/core/lib/validation/rules',
  'bindings_wasm_bg.wasm': 'node_modules/aws-cdk-lib/node_modules/@aws/cloudformation-validate/bindings_wasm_bg.wasm',
}

/** All that dist/ is made of. */
const sources = [
  'aws',
  'cli',
  'domain',
  'emulator',
  'functions',
  'infra',
  'ledger',
  'rehearsal',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
]

const outdir = packageFile('dist')
const stampFile = packageFile('node_modules/.cache/rebake-package.json')

interface Stamp {
  sources: string
  built: string
  metafile: Metafile
}

/**
 * Builds dist/, where it is not what these sources have made before.
 *
 * @returns what esbuild knows of the chunks: each output is a file of dist/
 */
export async function buildOnce(): Promise<Metafile> {
  const current = fingerprint(packageFile('.'), sources)
  const stamp = await readStamp()
  if (stamp?.sources === current && stamp.built === builtNow()) return stamp.metafile
  const metafile = await buildPackage()
  await mkdir(dirname(stampFile), { recursive: true })
  await writeFile(stampFile, JSON.stringify({ sources: current, built: builtNow(), metafile } satisfies Stamp))
  return metafile
}

const builtNow = () => fingerprint(packageFile('.'), ['dist'])

async function readStamp(): Promise<Stamp | undefined> {
  try {
    return JSON.parse(await readFile(stampFile, 'utf8')) as Stamp
  } catch {
    return undefined
  }
}

/**
 * Writes all that the package has beside the files of the repository: the executable, the command and the CDK app as
 * JavaScript with all their dependencies inside, the compiled functions, and what is known of the dependencies. The same sources
 * give the same bytes, wherever the clone is. All of it is in one folder, as a chunk finds its neighbours there.
 */
async function buildPackage(): Promise<Metafile> {
  await rm(outdir, { recursive: true, force: true })
  await mkdir(outdir, { recursive: true })
  const write = (name: string, contents: string | Uint8Array) => writeFile(`${outdir}/${name}`, contents)

  const program = await bundleProgram()
  checkUnusedServices(program.metafile)
  for (const { path, contents } of program.outputFiles) await write(relative(outdir, path), contents)
  await cp(packageFile('cli/package/rebake.cjs'), `${outdir}/rebake.cjs`)
  await chmod(`${outdir}/rebake.cjs`, 0o755)
  for (const [name, source] of Object.entries(filesOfTheCdk))
    await cp(packageFile(source), `${outdir}/${name}`, { recursive: true })

  const functions = await compileFunctions()
  const compiledIn = packageFile('bundles')
  const files = functions.outputFiles.map(({ path, contents }) => ({ path: relative(compiledIn, path), contents }))
  await write('functions.br', packFunctions(files))

  const packages = packagesIn([program.metafile, functions.metafile])
  await write('THIRD-PARTY-LICENSES', licencesOf(packages))
  await write('sbom.cdx.json', sbomOf(packages))
  return program.metafile
}

/** The command and the CDK app, in memory: chunks that load each other when a command needs them. */
export const bundleProgram = () =>
  build({
    absWorkingDir: packageFile('.'),
    // The command without its compile cache: it is compiled already.
    entryPoints: [
      { in: 'cli/main.ts', out: 'cli' },
      { in: 'infra/app.ts', out: 'app' },
    ],
    outdir,
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    // Of CommonJS, esbuild gives an import() the default export alone; the emulator reads all that a client of the SDK exports.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    banner: { js: commonJs },
    plugins: bundlePlugins,
  })

if (import.meta.main) await buildOnce()
