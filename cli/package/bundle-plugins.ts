import { readFile } from 'node:fs/promises'
import type { Metafile, Plugin } from 'esbuild'
import { packageFile } from '../../infra/package-file.ts'

/*
 * What the source tree and its dependencies do that a bundle cannot. Each text that a plugin replaces must be there: after an
 * update that changed it, the build fails here, and not in a user's hands.
 */

/** The index of aws-cdk-lib has every service of AWS; what we, and cdk-nag, import from it is in its core. */
const coreOfTheCdk: Plugin = {
  name: 'core-of-the-cdk',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^aws-cdk-lib$/ }, ({ resolveDir, kind }) => resolve('aws-cdk-lib/core', { resolveDir, kind }))
  },
}

/**
 * Services that cdk-nag has rules for, and that nothing else in the package loads: 10 MB of the CDK. A rule asks whether a resource
 * is `instanceof` one of their classes; as none is ever made, the answer is no with any class.
 */
const unusedServices = [
  'aws-backup',
  'aws-certificatemanager',
  'aws-cloud9',
  'aws-cloudfront',
  'aws-cloudtrail',
  'aws-codebuild',
  'aws-codestarnotifications',
  'aws-cognito',
  'aws-dax',
  'aws-dms',
  'aws-docdb',
  'aws-eks',
  'aws-elasticache',
  'aws-elasticbeanstalk',
  'aws-elasticloadbalancing',
  'aws-elasticsearch',
  'aws-emr',
  'aws-glue',
  'aws-kinesis',
  'aws-kinesisanalytics',
  'aws-kinesisfirehose',
  'aws-lex',
  'aws-mediastore',
  'aws-msk',
  'aws-mwaa',
  'aws-neptune',
  'aws-opensearchservice',
  'aws-quicksight',
  'aws-rds',
  'aws-redshift',
  'aws-route53',
  'aws-sagemaker',
  'aws-sam',
  'aws-secretsmanager',
  'aws-timestream',
  'aws-wafv2',
]

const servicesOfRulesOnly: Plugin = {
  name: 'services-of-rules-only',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^aws-cdk-lib\/aws-[\w-]+$/ }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]cdk-nag[\\/]/.test(importer) && unusedServices.includes(path.replace('aws-cdk-lib/', ''))
        ? { path: 'unused-service', namespace: 'unused-service' }
        : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'unused-service' }, () => ({
      contents: 'module.exports = new Proxy({}, { get: () => class {} })',
    }))
  },
}

/** @throws where something else loads a service that is taken for unused: rules of cdk-nag would not see its resources */
export function checkUnusedServices({ inputs }: Metafile): void {
  const used = unusedServices.filter((service) =>
    Object.keys(inputs).some((file) => file.startsWith(`node_modules/aws-cdk-lib/${service}/`)),
  )
  if (used.length > 0) throw new Error(`not unused any more, so take it off the list: ${used.join(', ')}`)
}

/** A clone compiles the functions with esbuild; the package has them in an archive. */
const shippedFunctions: Plugin = {
  name: 'shipped-functions',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/compile-functions\.ts$/ }, () => ({ path: packageFile('infra/shipped-functions.ts') }))
  },
}

/** Of our own package.json the command needs what domain/product.ts reads, and users no list of what we develop with. */
const smallManifest: Plugin = {
  name: 'small-manifest',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]package\.json$/ }, async ({ path }) => {
      if (path !== packageFile('package.json')) return undefined
      const { name, version, description, devDependencies } = JSON.parse(await readFile(path, 'utf8'))
      const cdk = { 'aws-cdk': devDependencies['aws-cdk'] }
      return { contents: JSON.stringify({ name, version, description, devDependencies: cdk }), loader: 'json' }
    })
  },
}

/** dynalite requires its actions by names that it puts together, without the extension that esbuild looks for. */
const actionsOfDynalite: Plugin = {
  name: 'actions-of-dynalite',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/]dynalite[\\/]index\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const contents = source.replaceAll(/require\('(\.\/\w+\/)' \+ action\)/g, "require('$1' + action + '.js')")
      if (contents === source) throw new Error(`${path} does not require its actions as it did`)
      return { contents, loader: 'js' }
    })
  },
}

/** dynalite keeps a rehearsal's tables in memory. The other store that it knows is native code, with an install script. */
const memoryOnly: Plugin = {
  name: 'memory-only',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^level$/ }, ({ path }) => ({ path, namespace: 'memory-only' }))
    onLoad({ filter: /.*/, namespace: 'memory-only' }, () => ({
      contents: 'exports.Level = class { constructor() { throw new Error("tables are kept in memory only") } }',
    }))
  },
}

export const bundlePlugins = [
  coreOfTheCdk,
  servicesOfRulesOnly,
  shippedFunctions,
  smallManifest,
  actionsOfDynalite,
  memoryOnly,
]
