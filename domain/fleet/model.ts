import * as v from 'valibot'
import { Document } from './awstoe.ts'
import { complete } from './defaults.ts'
import { Cves, Freeze, PatchCycle, Window } from './timing.ts'
import { architectures, platforms, Upstream } from './upstreams.ts'
import {
  account,
  atLeastOne,
  duration,
  emailAddress,
  flag,
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

/** The shape of fleet.yaml. What one part says about another is in rules/; defaults that do, in defaults.ts. */

const describe = v.description

const Network = object({
  vpc: matching(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id such as vpc-0a1b2c3d4e5f67890'),
  subnet: v.pipe(
    matching(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id such as subnet-0a1b2c3d4e5f67890'),
    describe('Where build instances run; private is best'),
  ),
  securityGroups: atLeastOne(
    matching(/^sg-[0-9a-f]{8,17}$/, 'a security group id such as sg-0a1b2c3d4e5f67890'),
    'security group',
  ),
  endpoints: v.pipe(
    v.optional(oneOf(['create', 'list']), 'list'),
    describe('VPC endpoints that a private subnet needs: create them, or only list them'),
  ),
  routeTables: v.pipe(
    v.exactOptional(
      listOf(matching(/^rtb-[0-9a-f]{8,17}$/, 'a route table id such as rtb-0a1b2c3d4e5f67890')),
    ),
    describe("The subnet's, for the endpoint of S3"),
  ),
  cidr: v.exactOptional(matching(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'a CIDR block such as 10.0.0.0/16')),
})

const InfrastructureConfiguration = object({
  instanceTypes: atLeastOne(
    matching(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an EC2 instance type such as m7i.large'),
    'instance type',
  ),
  terminateOnFailure: v.pipe(
    v.optional(flag, true),
    describe('false keeps the instance of a failed build, to look at'),
  ),
  tags: v.optional(tags, {}),
})

const OwnComponent = object({
  platform: oneOf(platforms),
  description: v.exactOptional(text),
  file: v.pipe(v.exactOptional(text), describe('An AWSTOE document, relative to this file')),
  document: v.pipe(v.exactOptional(Document), describe('An AWSTOE document, here')),
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

const Volume = object({
  device: matching(/^(\/dev\/[a-z]+[0-9]*|xvd[a-z]{1,2})$/, 'a device name such as /dev/xvda'),
  size: v.pipe(integer(1, 16000, ' (GiB)'), describe('GiB')),
  type: v.optional(oneOf(['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard']), 'gp3'),
  iops: v.exactOptional(integer(100, 64000)),
  throughput: v.pipe(v.exactOptional(integer(125, 1000, ' (MiB/s)')), describe('MiB/s')),
})

const Checks = object({
  architecture: v.pipe(v.exactOptional(oneOf(architectures)), describe("Default: the upstream's")),
  bootMode: v.exactOptional(oneOf(['uefi', 'uefi-preferred', 'legacy-bios'])),
  imdsv2: v.pipe(v.optional(flag, true), describe('The AMI must demand IMDSv2')),
  encrypted: v.pipe(v.optional(flag, true), describe('Every snapshot must be encrypted')),
  maxRootSize: v.pipe(v.exactOptional(integer(1, 16000, ' (GiB)')), describe('GiB')),
  tags: v.pipe(v.optional(listOf(text), []), describe('Keys of tags that must be on the AMI')),
})

const Image = object({
  description: v.exactOptional(text),
  parent: v.pipe(
    reference('an upstream or an image'),
    describe('The upstream or the image that this image is baked from'),
  ),
  infrastructure: v.pipe(
    reference('an infrastructure configuration'),
    describe('The instances that bake it'),
  ),
  components: v.pipe(
    atLeastOne(v.union([ComponentName, ComponentUse]), 'component'),
    v.maxLength(20, 'at most 20 components, the limit of Image Builder'),
    describe('What is installed, in this order'),
  ),
  volumes: v.pipe(
    v.optional(listOf(Volume), []),
    describe("Always encrypted with the fleet's key; the parent's otherwise"),
  ),
  workingDirectory: v.exactOptional(matching(/^(\/|[A-Za-z]:\\)/, 'an absolute path')),
  tags: v.optional(tags, {}),
  tests: v.pipe(v.optional(flag, true), describe('Run the test phases on an instance of the new image')),
  scanning: v.pipe(
    v.optional(flag, false),
    describe('Scan with Amazon Inspector, which the build account must have on'),
  ),
  timeout: v.pipe(v.optional(duration('10m', '24h'), '2h'), describe('How long a bake may take in all')),
  estimate: v.pipe(v.optional(duration('1m', '24h'), '40m'), describe('How long a bake usually takes')),
  rings: v.pipe(v.exactOptional(atLeastOne(reference('a ring'), 'ring')), describe('Default: all of them')),
  checks: v.pipe(v.optional(Checks, {}), describe('What the AMI must be to leave the build account')),
  window: v.pipe(v.exactOptional(Window), describe('It is baked and rolled out only within it')),
})

const Ring = object({
  accounts: v.pipe(
    atLeastOne(account, 'account'),
    v.maxLength(50, 'at most 50 accounts, the limit of a distribution configuration'),
  ),
  regions: atLeastOne(region, 'region'),
  parameter: v.pipe(
    v.optional(text, '/golden-images/{image}'),
    describe('The SSM parameter that points to the AMI; {fleet}, {image} and {ring} stand for names'),
  ),
  soak: v.pipe(v.optional(duration('0m', '30d'), '0m'), describe('How long to wait before the next ring')),
  window: v.pipe(v.exactOptional(Window), describe('A roll-out to it begins only within it')),
  kmsKeys: v.pipe(
    v.exactOptional(
      v.record(
        text,
        matching(
          /^arn:aws[a-z-]*:kms:[a-z0-9-]+:(\d{12}|\{account\}):(key|alias)\/[\w/-]+$/,
          'the ARN of a KMS key or alias, as a bare id means nothing in another account',
        ),
        'key ARNs by region',
      ),
    ),
    describe('Keys that encrypt the copies, by region; {account} stands for the target account'),
  ),
})

export const FleetSchema = v.pipe(
  object({
    name: v.pipe(
      matching(/^[a-z][a-z0-9-]{1,19}$/, 'a fleet name of 2 to 20 lower-case letters, digits and hyphens'),
      v.check(
        (name) => !/^(aws|ssm)/.test(name),
        'a fleet name that does not start with aws or ssm, which SSM keeps',
      ),
      describe('The prefix of every name in AWS'),
    ),
    build: v.pipe(object({ account, region }), describe('Where images are baked')),
    organization: v.pipe(
      v.exactOptional(matching(/^o-[a-z0-9]{10,32}$/, 'an organization id such as o-exampleorgid')),
      describe('The bus admits events of its accounts'),
    ),
    concurrentBakes: v.pipe(
      v.optional(integer(1, 100), 20),
      describe('How many images may be baked at once'),
    ),
    supersede: v.pipe(
      v.optional(oneOf(['wait', 'cancel']), 'wait'),
      describe('What a newer campaign does with older bakes of its images: lets them end, or cancels them'),
    ),
    poll: v.pipe(
      v.optional(duration('5m', '24h'), '1h'),
      describe('How often every upstream is looked at, and every image held against what it should be'),
    ),
    upstreams: v.pipe(
      named(Upstream, 'upstream'),
      v.minEntries(1, 'at least one upstream'),
      describe('Where the AMIs come from that images are baked on'),
    ),
    network: v.pipe(v.exactOptional(Network), describe("Default: the build account's default VPC")),
    infrastructure: v.pipe(
      named(InfrastructureConfiguration, 'infrastructure configuration'),
      describe('The instances that bake'),
    ),
    components: v.pipe(
      v.optional(named(v.union([OwnComponent, SharedComponent]), 'component'), {}),
      describe('AWSTOE documents, in files or here, and components of others by ARN'),
    ),
    images: v.pipe(
      named(Image, 'image'),
      v.minEntries(1, 'at least one image'),
      describe('Golden images; each names its parent'),
    ),
    rings: v.pipe(
      named(Ring, 'ring'),
      v.minEntries(1, 'at least one ring'),
      describe('Where images go, one ring after the other, in this order'),
    ),
    patchCycles: v.pipe(
      v.optional(named(PatchCycle, 'patch cycle'), {}),
      describe('When images are rebaked though nothing has told us to: packages move'),
    ),
    freezes: v.pipe(
      v.optional(named(Freeze, 'freeze'), {}),
      describe('When nothing begins, save emergencies'),
    ),
    cves: v.pipe(
      v.exactOptional(Cves),
      describe('Rebake images in which Amazon Inspector finds vulnerabilities'),
    ),
    notify: v.pipe(
      v.optional(object({ email: v.optional(listOf(emailAddress), []) }), {}),
      describe('Whom to tell'),
    ),
  }),
  v.transform(complete),
)

/** A fleet with every default filled in; durations are seconds. */
export type Fleet = v.InferOutput<typeof FleetSchema>
export type Network = NonNullable<Fleet['network']>
export type Component = Fleet['components'][string]
export type Image = Fleet['images'][string]
export type Ring = Fleet['rings'][string]
export type Platform = (typeof platforms)[number]
export type { Cves, PatchCycle } from './timing.ts'
