import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { App, type CfnElement, CfnOutput, type Stack, Validations } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { AwsSolutionsChecks } from 'cdk-nag'
import { imageFingerprints } from '../domain/fleet/image-fingerprint.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import { LimitsExceeded } from '../domain/limits.ts'
import { version as ours } from '../domain/product.ts'
import { schema } from '../ledger/table.ts'
import { bundleFunctions, bundleHashes, placeholderFunctions } from './bundle.ts'
import { featureFlags } from './feature-flags.ts'
import { type BundleName, functionNames } from './functions/names.ts'
import type { RebakeFunction } from './rebake-function.ts'
import { soeStackName } from './stack-names.ts'
import { BuildStack } from './stacks/build.ts'
import { RegionKeyStack } from './stacks/region-key.ts'
import { SoeAccountStack } from './stacks/soe-account.ts'
import { TargetAccountStack } from './stacks/target-account.ts'
import { regionsWithFleetKey, upstreamAccounts } from './targets.ts'
import { excessesOf } from './template-limits.ts'

export interface SynthesizeOptions {
  fleet: Fleet
  /** Component files are relative to it. */
  fleetDirectory: string
  outdir: string
  /** false: functions are placeholders, for tests that look at the template only. */
  bundle?: boolean
  /**
   * false: the templates are not checked, and the code is where it is, for a run that deploys nothing, and only reads: it saves
   * most of the time.
   */
  validate?: boolean
  /** The version that the stacks say deployed them. Default: ours. */
  version?: string
}

export interface Template {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown>; [key: string]: unknown }>
  Outputs?: Record<string, unknown>
}

export interface CloudAssemblySummary {
  outdir: string
  buildStack: { name: string; template: Template }
  targetStack: { name: string; template: Template }
  /** Of the build account, too: one for each other region in which the fleet has a key. */
  keyStacks: { name: string; region: string; template: Template }[]
  /** Without resources where nobody deploys it. */
  soeStack: { name: string; template: Template }
  /** By logical id; the directory holds index.js. */
  functions: Record<string, { name: string; directory: string }>
}

/**
 * Bundles the functions and writes the cloud assembly: what `cdk deploy` deploys and the rehearsal runs.
 *
 * @throws LimitsExceeded where AWS would not take a template
 * @throws when a function does not compile, or a template breaks a rule of CloudFormation or AwsSolutions; the
 * message has the report.
 */
export async function synthesize(options: SynthesizeOptions): Promise<CloudAssemblySummary> {
  const { fleet, fleetDirectory, bundle = true, validate = true, version = ours } = options
  const outdir = resolve(options.outdir)
  const bundles = join(outdir, 'functions')
  const definitions = imageFingerprints(fleet, (file) => readFileSync(resolve(fleetDirectory, file), 'utf8'))
  const deployed = { fleet, definitions, version, schema }
  await (bundle ? bundleFunctions(deployed, bundles, !validate) : placeholderFunctions(bundles))

  const app = new App({
    outdir,
    // What a stack has too much of is said below, with the key of the fleet.
    context: { ...featureFlags, '@aws-cdk/core:stackResourceLimit': 0, 'aws:cdk:disable-asset-staging': !validate },
    builtinCloudFormationValidation: validate,
    analyticsReporting: false,
    treeMetadata: false,
    stackTraces: validate,
  })
  const bundleOf = (name: BundleName) => join(bundles, name)
  // The CDK would read all of it to know whether it changed, for nobody to upload.
  const hashOf = bundleHashes(deployed)
  const codeOf = (name: BundleName) => Code.fromAsset(bundleOf(name), validate ? {} : { assetHash: hashOf(name) })
  const build = new BuildStack(app, { fleet, fleetDirectory, codeOf })
  const keys = regionsWithFleetKey(fleet).map((region) => ({
    region,
    stack: new RegionKeyStack(app, { fleet, region }),
  }))
  // A copy to a region is encrypted with the key there: the build stack waits for it.
  for (const { stack } of keys) build.addStackDependency(stack)
  const target = new TargetAccountStack(app, { fleet })
  // CloudFormation takes no stack without resources, as it would be where no upstream is in another account.
  const soe = upstreamAccounts(fleet).length > 0 ? new SoeAccountStack(app, { fleet }) : undefined
  // Never a tag: CloudFormation gives a stack's tags to its resources, and another tag replaces recipes and components of Image Builder.
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-imagebuilder-imagerecipe.html
  for (const stack of [build, ...keys.map((each) => each.stack), target, ...(soe ? [soe] : [])])
    new CfnOutput(stack, 'RebakeVersion', { description: 'The version of Rebake that made this stack', value: version })
  if (validate) Validations.of(app).addPlugins(new AwsSolutionsChecks())
  // A rule of cdk-nag reads a deprecated property of every bus policy, and would report us.
  process.env.JSII_DEPRECATED ??= 'quiet'
  app.synth()

  const templateOf = (stack: Stack) => ({
    name: stack.stackName,
    template: JSON.parse(readFileSync(join(outdir, stack.templateFile), 'utf8')) as Template,
  })
  const stacks = {
    buildStack: templateOf(build),
    targetStack: templateOf(target),
    soeStack: soe ? templateOf(soe) : { name: soeStackName(fleet), template: { Resources: {} } },
  }
  const keyStacks = keys.map(({ region, stack }) => ({ ...templateOf(stack), region }))
  const excesses = [...Object.values(stacks), ...keyStacks].flatMap(({ name, template }) =>
    excessesOf(name, template, fleet),
  )
  if (excesses.length > 0) throw new LimitsExceeded(excesses)
  const functions: [name: BundleName, RebakeFunction][] = [
    ...functionNames.map((name) => [name, build.functions[name]] as [BundleName, RebakeFunction]),
    ...build.posting,
  ]
  return {
    outdir,
    ...stacks,
    keyStacks,
    functions: Object.fromEntries(
      functions.map(([name, made]) => {
        const logicalId = build.getLogicalId(made.function.node.defaultChild as CfnElement)
        return [logicalId, { name, directory: bundleOf(name) }]
      }),
    ),
  }
}
