import * as v from 'valibot'
import { Document } from './awstoe.ts'
import { Checks, Waiver } from './checks.ts'
import { complete } from './defaults.ts'
import { volumeTypes } from './ebs.ts'
import { instanceSettings } from './instance-settings.ts'
import { Network } from './network.ts'
import { Notify } from './notify.ts'
import { privateInputs } from './private-inputs.ts'
import { Retirement } from './retirement.ts'
import { Ring as RingSchema } from './rings.ts'
import { Cves, Freeze, PatchCycle, Window } from './timing.ts'
import { platforms, Upstream } from './upstreams.ts'
import {
  account,
  atLeastOne,
  describe,
  deviceName,
  duration,
  fileOfFleet,
  flag,
  instanceType,
  integer,
  listOf,
  matching,
  named,
  object,
  oneOf,
  reference,
  region,
  tags,
  text,
} from './values.ts'
import { OwnWorkflow, SharedWorkflow, WorkflowName, WorkflowUse } from './workflows.ts'

/** The shape of fleet.yaml. What one part says about another is in rules/; defaults that do, in defaults.ts. */

const InfrastructureConfiguration = object({
  instanceTypes: atLeastOne(instanceType, 'instance type'),
  terminateOnFailure: v.pipe(
    v.optional(flag, true),
    describe('false keeps the instance of a failed build, to look at'),
  ),
  tags: v.optional(tags, {}),
  network: v.pipe(v.exactOptional(Network), describe("Where these instances run. Default: the fleet's network")),
  ...privateInputs,
  ...instanceSettings,
})

const OwnComponent = object({
  platform: oneOf(platforms),
  description: v.exactOptional(text),
  file: v.pipe(v.exactOptional(fileOfFleet), describe('An AWSTOE document, relative to this file')),
  document: v.pipe(v.exactOptional(Document), describe('An AWSTOE document, here')),
  uri: v.pipe(
    v.exactOptional(
      matching(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/(?!\/)\S{1,950}$/, 'an object as s3://bucket/key'),
    ),
    describe('An AWSTOE document in S3. Another document needs another key: the same one is not read again'),
  ),
  supportedOsVersions: v.pipe(
    v.exactOptional(
      v.pipe(atLeastOne(text, 'system'), v.maxLength(25, 'at most 25 systems, the limit of Image Builder')),
    ),
    describe('Systems that it runs on, such as Amazon Linux 2023: an image of another one does not take it'),
  ),
})

const SharedComponent = object({
  arn: v.pipe(
    matching(
      /^arn:aws[^:]*:imagebuilder:[^:]+:(\d{12}|aws(-[a-z-]+)?):component\/[a-z0-9-_]+\/((\d+|x)\.(\d+|x)\.(\d+|x)|\d+\.\d+\.\d+\/\d+)$/,
      'the ARN of an Image Builder component, such as arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x',
    ),
    describe('A component that AWS manages, or that another account shares through RAM'),
  ),
  platform: v.exactOptional(oneOf(platforms)),
  description: v.exactOptional(text),
})

const ComponentUse = object({
  component: reference('a component'),
  parameters: v.optional(
    v.pipe(
      v.record(text, v.string('text'), 'parameters by name'),
      v.maxEntries(25, 'at most 25 parameters, the limit of Image Builder'),
    ),
    {},
  ),
})

/** The short form of a component without parameters. */
const ComponentName = v.pipe(
  reference('a component'),
  v.transform((component): v.InferOutput<typeof ComponentUse> => ({ component, parameters: {} })),
)

/** What Image Builder takes of a volume: API Reference, EbsInstanceBlockDeviceSpecification. EBS's own rules are in ebs.ts. */
const volumeSize = integer(1, 16000, ' (GiB)')
const volumeType = oneOf(volumeTypes)
const performance = {
  iops: v.exactOptional(integer(100, 64000)),
  throughput: v.pipe(v.exactOptional(integer(125, 1000, ' (MiB/s)')), describe('MiB/s')),
}
const kept = {
  kmsKey: v.pipe(
    v.exactOptional(
      matching(
        /^arn:aws[^:]*:kms:[a-z0-9-]+:\d{12}:(key\/[\w-]+|alias\/[\w/-]+)$/,
        'the ARN of a KMS key or of its alias, such as arn:aws:kms:us-west-2:111122223333:alias/golden',
      ),
    ),
    describe("Encrypts it in place of the fleet's key; a key of the build account that its rings may use"),
  ),
  deleteOnTermination: v.pipe(
    v.exactOptional(flag),
    describe('false keeps it when an instance of the image ends. Default: true'),
  ),
}

const Root = object({
  size: v.pipe(v.exactOptional(volumeSize), describe("GiB. Default: the parent's")),
  type: v.pipe(v.exactOptional(volumeType), describe("Default: the parent's")),
  ...performance,
  ...kept,
})

const Volume = object({
  device: deviceName,
  size: v.pipe(v.exactOptional(volumeSize), describe("GiB. Default: the parent's, or the snapshot's")),
  type: v.optional(volumeType, 'gp3'),
  ...performance,
  snapshot: v.pipe(
    v.exactOptional(matching(/^snap-[0-9a-f]{8,17}$/, 'a snapshot id such as snap-0a1b2c3d4e5f67890')),
    describe('What is on it, of the build account or shared with it'),
  ),
  ...kept,
  omit: v.pipe(
    v.exactOptional(v.literal(true, 'true, or no such key')),
    describe('A volume of the parent that the image does not have'),
  ),
})

const freshness = duration('1d', '365d')

/** What each field is for a bake, and beside a pipeline that was there before, is in image-fields.ts. */
export const ImageSchema = object({
  description: v.pipe(v.exactOptional(text), describe('For people; its recipe and its pipeline have it too')),
  parent: v.pipe(
    reference('an upstream or an image'),
    describe('The upstream or the image that this image is baked from'),
  ),
  pipeline: v.pipe(
    v.exactOptional(
      matching(
        /^arn:aws[^:]*:imagebuilder:[^:]+:\d{12}:image-pipeline\/[a-z0-9-_]+$/,
        'the ARN of an Image Builder pipeline',
      ),
    ),
    describe('A pipeline that exists already, in place of infrastructure and components'),
  ),
  componentUpdates: v.pipe(
    v.exactOptional(oneOf(['pinned', 'latest'])),
    describe("Moves the pinned components of the pipeline's recipe to their newest compatible versions, or not"),
  ),
  infrastructure: v.pipe(
    v.exactOptional(reference('an infrastructure configuration')),
    describe('The instances that bake it'),
  ),
  components: v.pipe(
    v.optional(
      v.pipe(
        listOf(v.union([ComponentName, ComponentUse])),
        v.maxLength(20, 'at most 20 components, the limit of Image Builder'),
      ),
      [],
    ),
    describe('What is installed, in this order'),
  ),
  workflows: v.pipe(
    v.exactOptional(atLeastOne(v.union([WorkflowName, WorkflowUse]), 'workflow')),
    describe("In place of Image Builder's own workflows: one that builds, and up to ten that test"),
  ),
  root: v.pipe(
    v.exactOptional(Root),
    describe("The root volume: its device needs no name. Always encrypted with the fleet's key, or its own"),
  ),
  volumes: v.pipe(
    v.optional(listOf(Volume), []),
    describe("Further volumes, and those of the parent. Always encrypted with the fleet's key, or their own"),
  ),
  workingDirectory: v.pipe(
    v.exactOptional(matching(/^(\/|[A-Za-z]:\\)/, 'an absolute path')),
    describe('Where its components run'),
  ),
  userData: v.pipe(
    v.exactOptional(text),
    describe(
      "What its build instance runs first, in place of Image Builder's own installation of the Systems Manager Agent",
    ),
  ),
  uninstallSsmAgent: v.pipe(v.exactOptional(flag), describe('Its AMI has no Systems Manager Agent')),
  watermarks: v.pipe(
    v.exactOptional(
      v.pipe(
        // API Reference of Image Builder, CreateImageRecipe, amiWatermarks: "Maximum number of 5 items"
        atLeastOne(
          matching(
            /^[A-Za-z0-9()[\]./'@_-][A-Za-z0-9 ()[\]./'@_-]{1,126}[A-Za-z0-9()[\]./'@_-]$/,
            "the name of a watermark, of 3 to 128 letters, digits, spaces and ()[]./-'@_",
          ),
          'watermark',
        ),
        v.maxLength(5, 'at most 5 watermarks, the limit of Image Builder'),
      ),
    ),
    describe('Marks of its AMI, which every copy of it and every AMI made from it keeps'),
  ),
  tags: v.pipe(
    v.optional(tags, {}),
    describe(
      'Of its copies, and of its AMI unless a pipeline that exists already tags that; patch cycles choose by them',
    ),
  ),
  tests: v.pipe(v.optional(flag, true), describe('Run the test phases on an instance of the new image')),
  testTimeout: v.pipe(
    v.exactOptional(duration('1h', '24h')),
    describe("How long its tests may take. Default: Image Builder's, 12h"),
  ),
  scanning: v.pipe(
    v.optional(flag, false),
    describe('Scan with Amazon Inspector, which the build account must have on'),
  ),
  timeout: v.pipe(v.optional(duration('10m', '24h'), '2h'), describe('How long a bake may take in all')),
  estimate: v.pipe(v.optional(duration('1m', '24h'), '40m'), describe('How long a bake usually takes')),
  freshness: v.pipe(
    v.exactOptional(freshness),
    describe("How old what targets have of it may become; then an alarm fires. Default: the fleet's"),
  ),
  rings: v.pipe(v.exactOptional(atLeastOne(reference('a ring'), 'ring')), describe('Default: all of them')),
  checks: v.pipe(v.optional(Checks, {}), describe('What must hold before the AMI leaves the build account')),
  window: v.pipe(v.exactOptional(Window), describe('It is baked and rolled out only within it')),
})

export const FleetSchema = v.pipe(
  object({
    name: v.pipe(
      matching(/^[a-z][a-z0-9-]{1,19}$/, 'a fleet name of 2 to 20 lower-case letters, digits and hyphens'),
      v.check((name) => !/^(aws|ssm)/.test(name), 'a fleet name that does not start with aws or ssm, which SSM keeps'),
      describe('The prefix of every name in AWS'),
    ),
    build: v.pipe(object({ account, region }), describe('Where images are baked')),
    organization: v.pipe(
      v.exactOptional(matching(/^o-[a-z0-9]{10,32}$/, 'an organization id such as o-exampleorgid')),
      describe('The bus admits events of its accounts'),
    ),
    concurrentBakes: v.pipe(v.optional(integer(1, 100), 20), describe('How many images may be baked at once')),
    supersede: v.pipe(
      v.optional(oneOf(['wait', 'cancel']), 'wait'),
      describe('What a newer campaign does with older bakes of its images: lets them end, or cancels them'),
    ),
    poll: v.pipe(
      v.optional(duration('5m', '24h'), '1h'),
      describe('How often every upstream is looked at, and every image held against what it should be'),
    ),
    freshness: v.pipe(
      v.exactOptional(freshness),
      describe('How old what targets have of any image may become; then an alarm fires'),
    ),
    upstreams: v.pipe(
      named(Upstream, 'upstream'),
      v.minEntries(1, 'at least one upstream'),
      describe('Where the AMIs come from that images are baked on'),
    ),
    network: v.pipe(v.exactOptional(Network), describe("Default: the build account's default VPC")),
    infrastructure: v.pipe(
      v.optional(named(InfrastructureConfiguration, 'infrastructure configuration'), {}),
      describe('The instances that bake; adopted pipelines have their own'),
    ),
    components: v.pipe(
      v.optional(named(v.union([OwnComponent, SharedComponent]), 'component'), {}),
      describe('AWSTOE documents, in files or here, and components of others by ARN'),
    ),
    workflows: v.pipe(
      v.optional(named(v.union([OwnWorkflow, SharedWorkflow]), 'workflow'), {}),
      describe(
        'What Image Builder does in a build and in its tests, step by step; documents, or workflows of others by ARN',
      ),
    ),
    images: v.pipe(
      named(ImageSchema, 'image'),
      v.minEntries(1, 'at least one image'),
      describe('Golden images; each names its parent'),
    ),
    rings: v.pipe(
      named(RingSchema, 'ring'),
      v.minEntries(1, 'at least one ring'),
      describe('Where images go, one ring after the other, in this order'),
    ),
    patchCycles: v.pipe(
      v.optional(named(PatchCycle, 'patch cycle'), {}),
      describe('When images are rebaked without any other trigger: packages move'),
    ),
    freezes: v.pipe(v.optional(named(Freeze, 'freeze'), {}), describe('When nothing begins, save emergencies')),
    cves: v.pipe(v.exactOptional(Cves), describe('Rebake images in which Amazon Inspector finds vulnerabilities')),
    retirement: v.pipe(
      v.exactOptional(Retirement),
      describe('Deprecate and remove old AMIs that nothing uses. Default: none is ever retired'),
    ),
    waivers: v.pipe(
      v.optional(
        v.record(matching(/^CVE-\d{4}-\d{4,}$/, 'a CVE id such as CVE-2026-12345'), Waiver, 'waivers by CVE'),
        {},
      ),
      describe('Vulnerabilities that somebody answers for, until a day'),
    ),
    notify: v.pipe(v.optional(Notify, {}), describe('Whom to tell')),
  }),
  v.transform(complete),
)

/** A fleet with every default filled in; durations are seconds. */
export type Fleet = v.InferOutput<typeof FleetSchema>
export type Component = Fleet['components'][string]
export type Image = Fleet['images'][string]
export type Workflow = Fleet['workflows'][string]
export type Ring = Fleet['rings'][string]
export type Platform = (typeof platforms)[number]
export type { Cves, PatchCycle } from './timing.ts'
