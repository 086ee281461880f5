import { globSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Plugin } from 'esbuild'

/** The folders that bundles are made of. */
export const bundled = ['functions', 'ledger', 'aws', 'domain']

/**
 * What keeps a function with the SDK inside under 455 kB. Each of these is something that a bundler cannot
 * know, and that holds in these functions. Tests load what comes out, and every rehearsal runs it.
 */

/**
 * The SDK declares the schema of each shape as `var Name$ = [..., { [key]: ... }]`. A computed key may have side
 * effects, so esbuild keeps them all; marked as pure, those that nothing uses go. EC2 and DynamoDB together:
 * 832 kB without, 224 kB with.
 *
 * It also registers the class of each error of a service, which keeps them and their schemas (40 kB in SSM). An
 * error without its class arrives as the service's base class, with the name and message that came over the wire;
 * only `instanceof` could tell. So the classes stay that our own sources import, and the others go.
 */
export const droppableSchemas: Plugin = {
  name: 'droppable-schemas',
  setup({ onLoad, initialOptions }) {
    const { absWorkingDir = '.' } = initialOptions
    const imported = new Set(bundled.flatMap((folder) => sdkImports(join(absWorkingDir, folder))))
    onLoad({ filter: /dist-es[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const contents = source
        .replace(/^((?:export )?var \w+\$?) = (\[.*\]|\[[\s\S]*?\n\]);$/gm, '$1 = /* @__PURE__ */ (() => $2)();')
        .replace(/^n0_registry\.registerError\(\w+\$, (\w+)\);$/gm, (line, error: string) =>
          imported.has(error) ? line : '',
        )
      return { contents, loader: 'js' }
    })
  },
}

/** What the sources of a folder import from the SDK, but for types: those do not run. */
const sdkImports = (directory: string) =>
  globSync('**/*.ts', { cwd: directory }).flatMap((file) => {
    const source = readFileSync(join(directory, file), 'utf8')
    const imports = source.matchAll(/^import \{([^}]*)\} from '@aws-sdk\//gm)
    return [...imports].flatMap(([, names = '']) => names.match(/(?<!\btype )\b[A-Z]\w+/g) ?? [])
  })

/**
 * The SDK's default provider knows profiles, SSO, web identity, instance and container metadata. In Lambda
 * credentials are always in the environment.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export const lambdaCredentials = instead(/^@aws-sdk\/credential-provider-node$/, {
  name: 'lambda-credentials',
  contents: `import { fromEnv } from '@aws-sdk/credential-provider-env'
    export const defaultProvider = (options) => fromEnv(options)`,
})

/** A client imports the whole of its package.json (4 kB and more) for its version. */
export const smallPackages: Plugin = {
  name: 'small-packages',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[\w-]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string }
      return { contents: JSON.stringify({ version }), loader: 'json' }
    })
  },
}

/**
 * Every protocol of the SDK brings, in case of need, what decodes streams of events (20 kB). No operation here answers
 * with one, and one that did would fail loudly: the module is not there.
 */
export const noEventStreams: Plugin = {
  name: 'no-event-streams',
  setup({ onResolve }) {
    onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    )
  },
}

/** Where nothing names a region, the SDK asks the instance that it runs on (1 kB). In Lambda AWS_REGION is always set. */
export const noInstanceMetadata: Plugin = {
  name: 'no-instance-metadata',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]getInstanceMetadataRegion\.js$/ }, () => ({
      contents: 'export const getInstanceMetadataRegion = async () => undefined',
      loader: 'js',
    }))
  },
}

/**
 * After each call a client makes a text of its input and output without what is sensitive, for a logger, which none of these
 * clients has. The middleware that does it is not added.
 */
export const noCallLogs: Plugin = {
  name: 'no-call-logs',
  setup({ onLoad }) {
    const adds = 'clientStack.add(loggerMiddleware(), loggerMiddlewareOptions);'
    onLoad({ filter: /[\\/]middleware-logger[\\/]loggerMiddleware\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      if (!source.includes(adds)) throw new Error(`${path} has no ${adds}`)
      return { contents: source.replace(adds, ''), loader: 'js' }
    })
  },
}

/** STS can sign for several regions at once (4 kB), which nothing here asks of it. */
export const oneRegion = instead(/^@aws-sdk\/signature-v4-multi-region$/, {
  name: 'one-region',
  contents: `import { SignatureV4 } from '@smithy/signature-v4'
    export class SignatureV4MultiRegion extends SignatureV4 {
      static sigv4aDependency() { return 'none' }
    }`,
})

/**
 * A client of DynamoDB could look up its endpoints and cache them (9 kB). None of its commands does that, and nobody turns it
 * on. https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoint-discovery.html
 */
export const fixedEndpoints = instead(/^@aws-sdk\/middleware-endpoint-discovery$/, {
  name: 'fixed-endpoints',
  contents: `export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {}
    export const resolveEndpointDiscoveryConfig = (config) => config`,
})

/** The X-Ray SDK asks semver (29 kB) one thing: whether a version, of Node or of the SDK, is recent enough. */
export const smallSemver = instead(/^semver$/, {
  name: 'small-semver',
  contents: `exports.gte = (a, b) => a.localeCompare(b, undefined, { numeric: true }) >= 0`,
})

/**
 * The domain, the ledger and the adapters only declare. But a schema is made by calls, which may do anything, so esbuild
 * keeps those of every file that another one imports something from: 7 kB of the fleet's in a function that reads a window.
 */
export const pureLayers: Plugin = {
  name: 'pure-layers',
  setup({ onResolve, initialOptions }) {
    const { absWorkingDir = '.' } = initialOptions
    const pure = ['domain', 'ledger', 'aws'].map((folder) => join(absWorkingDir, folder, '/'))
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path)
      return pure.some((folder) => file.startsWith(folder)) ? { path: file, sideEffects: false } : undefined
    })
  },
}

/** A module in the place of another. */
function instead(module: RegExp, { name, contents }: { name: string; contents: string }): Plugin {
  return {
    name,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: module }, ({ resolveDir }) => ({
        path: name,
        namespace: name,
        pluginData: resolveDir,
      }))
      onLoad({ filter: /.*/, namespace: name }, ({ pluginData }) => ({
        contents,
        resolveDir: pluginData as string,
      }))
    },
  }
}
