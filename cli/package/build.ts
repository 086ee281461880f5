import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { build, type Metafile } from 'esbuild'
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

/**
 * Writes all that the package has beside the files of the repository: the executable, the command and the CDK app
 * as JavaScript with all their dependencies inside, the compiled functions, and what is known of the dependencies. The same sources give the
 * same bytes, wherever the clone and the directory are.
 *
 * @param directory is emptied first; flat, as a chunk finds its neighbours
 * @returns what esbuild knows of the chunks; the paths of its outputs are names in the directory
 */
export async function buildPackage(directory = packageFile('dist')): Promise<Metafile> {
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const write = (name: string, contents: string | Uint8Array) => writeFile(`${directory}/${name}`, contents)

  const program = await bundle()
  checkUnusedServices(program.metafile)
  for (const { path, contents } of program.outputFiles) await write(relative(outdir, path), contents)
  await cp(packageFile('cli/package/rebake.cjs'), `${directory}/rebake.cjs`)
  await chmod(`${directory}/rebake.cjs`, 0o755)
  for (const [name, source] of Object.entries(filesOfTheCdk))
    await cp(packageFile(source), `${directory}/${name}`, { recursive: true })

  const functions = await compileFunctions()
  const files = functions.outputFiles.map(({ path, contents }) => ({
    path: relative(packageFile('bundles'), path),
    contents,
  }))
  await write('functions.br', packFunctions(files))

  const packages = packagesIn([program.metafile, functions.metafile])
  await write('THIRD-PARTY-LICENSES', licencesOf(packages))
  await write('sbom.cdx.json', sbomOf(packages))
  return program.metafile
}

/** Nothing is written there; where the chunks end up must not change them. */
const outdir = packageFile('dist')

const bundle = () =>
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

if (import.meta.main) await buildPackage()
