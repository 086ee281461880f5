import type { Fleet } from '../domain/fleet/model.ts'
import { volumeKeys } from '../domain/fleet/volumes.ts'
import { fleetTag, resourceName } from '../domain/names.ts'
import { orderRing } from '../domain/planning/ring-order.ts'
import type { SsmDocument, World } from '../emulator/index.ts'
import { placeholderParameters } from '../infra/pointers.ts'
import { targetAccounts, targetRegions } from '../infra/targets.ts'
import { addAdoptedPipelines } from './adopted-pipelines.ts'
import type { Estate } from './estate.ts'
import type { Verdict } from './fault-hooks.ts'
import type { Faults } from './faults.ts'
import { simulatedTargets, simulateOrganization } from './organization.ts'
import type { Slack } from './slack.ts'
import { addSubnets } from './subnets.ts'

interface Others {
  faults: Faults
  slack: Slack
  /** Whether every account encrypts its volumes by default. */
  encryptByDefault: boolean
  /** What the build account had before the fleet. */
  estate: Estate
  /** The AMIs that upstreams have, by upstream. */
  standing: ReadonlyMap<string, string>
  /** The fleet that was deployed there before: what it found is there already. */
  before?: Fleet
}

/**
 * What a fleet finds where it is deployed, and no template of its own makes: the organization, pipelines that it adopts, launch
 * templates of the targets, alarms, and functions of others that check images.
 */
export function seedWorld(world: World, fleet: Fleet, others: Others): void {
  const { faults, slack, encryptByDefault, estate, standing, before } = others
  const known = namesIn(before)
  if (encryptByDefault) switchOnEncryption(world, fleet)
  haveQuotasRaised(world, fleet, estate)
  for (const { policies = [] } of Object.values(fleet.infrastructure))
    for (const arn of policies.filter((each) => each.split(':')[4] === 'aws'))
      world.aws.iamService.managedPolicies.add(arn.split('/').at(-1) ?? '')
  for (const { keyPair } of Object.values(fleet.infrastructure))
    if (keyPair) world.aws.ec2.keyPairs.add(keyPair, fleet.build)
  addOrganization(world, fleet)
  addServiceRole(world, fleet)
  addPublicAmis(world, fleet)
  addSubnets(world, fleet)
  const targets = [...targetAccounts(fleet), ...simulatedTargets(fleet)]
  addKeys(world, fleet, targets)
  addSnapshots(world, fleet)
  for (const account of targets) world.aws.autoscaling.addServiceRole(account)
  addAdoptedPipelines(world, fleet, {
    estate,
    targets,
    upstreamAmi: (upstream) => standing.get(upstream),
    isNew: (arn) => !known.has(arn),
  })
  addLaunchTemplates(world, fleet, before)
  addSlackChannels(world, fleet, (secret) => !known.has(secret))
  addSubscribedFunctions(world, fleet)
  for (const channel of Object.keys(fleet.notify.slack))
    if (faults.at('slack', channel) === 'channel_not_found') slack.gone.add(channel)
  for (const { alarm = '' } of Object.values(fleet.rings)) {
    const [, , , region = '', account = '', , name = ''] = alarm.split(':')
    if (name && !known.has(alarm)) world.aws.cloudwatch.addAlarm({ account, region, name })
  }
  const { custom } = world.aws.lambda
  for (const { checks } of Object.values(fleet.images)) {
    const { document = '', parameters = {} } = checks.smoke ?? {}
    if (document && !document.startsWith('AWS-'))
      world.aws.ssm.addDocument(fleet.build, commandDocument(document, parameters))
    for (const { function: arn } of Object.values(checks.custom ?? {}))
      custom.set(arn, (request) => verdict(faults, request as { image: string }))
  }
}

/** The ARNs and names of what a fleet found there. */
const namesIn = (fleet: Fleet | undefined): Set<string> =>
  new Set(
    fleet && [
      ...Object.values(fleet.images).flatMap(({ pipeline }) => pipeline ?? []),
      ...Object.values(fleet.notify.slack).map(({ secret }) => secret),
      ...Object.values(fleet.rings).flatMap(({ alarm }) => alarm ?? []),
    ],
  )

/** An account has had its quota of pipelines raised to what is in it: of a fleet that needs that, `rebake doctor` tells. */
function haveQuotasRaised({ aws }: World, { images }: Fleet, { others }: Estate): void {
  const { values } = aws.quotas
  const quota = 'imagebuilder L-7A0E01E3'
  values.set(quota, Math.max(values.get(quota) ?? 0, Object.keys(images).length + others.length))
}

/** As an organization may demand it: with the key that AWS manages in each account. */
function switchOnEncryption({ aws }: World, fleet: Fleet): void {
  for (const account of [fleet.build.account, ...targetAccounts(fleet), ...simulatedTargets(fleet)])
    for (const region of new Set([fleet.build.region, ...targetRegions(fleet)]))
      aws.ec2.encryption.switchOn({ account, region })
}

/** The keys that rings and volumes name, in the build account or in every target, with the policies that docs/fleet.md asks their teams for. */
export function addKeys({ aws }: World, fleet: Fleet, targets: string[]): void {
  const policy = {
    Statement: [fleet.build.account, ...targets].map((account) => ({
      Effect: 'Allow' as const,
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*',
    })),
  }
  const ofRings = Object.values(fleet.rings).flatMap(({ kmsKeys = {} }) => Object.values(kmsKeys))
  for (const account of targets)
    for (const named of [...ofRings, ...volumeKeys(fleet)]) {
      const arn = named.replace('{account}', account)
      const key = arn.replace(':alias/', ':key/')
      aws.kms.addKey({ arn: key, enabled: true, policy })
      aws.kms.addAlias(arn, key)
    }
}

/** The snapshots that volumes are made from, which the build account has. */
function addSnapshots({ aws }: World, { build, images }: Fleet): void {
  const named = Object.values(images).flatMap(({ volumes }) => volumes.flatMap(({ snapshot }) => snapshot ?? []))
  const BlockDeviceMappings = named.map((SnapshotId) => ({ Ebs: { SnapshotId, VolumeSize: 10, Encrypted: false } }))
  aws.ec2.snapshots.add({ ImageId: '', Name: '', OwnerId: build.account, BlockDeviceMappings }, build.region)
}

/** Image Builder makes it itself, with the first resource of an account. */
function addServiceRole({ aws }: World, { build }: Fleet): void {
  const [name, service] = ['AWSServiceRoleForImageBuilder', 'imagebuilder.amazonaws.com']
  aws.addRole({
    account: build.account,
    logicalId: name,
    name,
    policies: [],
    arn: `arn:aws:iam::${build.account}:role/aws-service-role/${service}/${name}`,
    trust: { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }] },
  })
}

/** AWS's own AMIs, which parents are seeded with where their upstream has none: they are there in every account. */
function addPublicAmis({ aws }: World, fleet: Fleet): void {
  const { region } = fleet.build
  const amazon = { account: '137112412989', region }
  for (const name of placeholderParameters(fleet)) {
    if (aws.ssm.valueOf(name, { account: '', region }) !== undefined) continue
    const windows = name.includes('windows')
    const device = windows ? '/dev/sda1' : '/dev/xvda'
    const { image } = aws.ec2.addImage({
      ...amazon,
      Name: `public ${name.split('/').at(-1)}`,
      ImageOwnerAlias: 'amazon',
      Public: true,
      unannounced: true,
      Architecture: name.endsWith('arm64') ? 'arm64' : 'x86_64',
      RootDeviceName: device,
      BlockDeviceMappings: [{ DeviceName: device, Ebs: { VolumeSize: 8, VolumeType: 'gp3', Encrypted: false } }],
      ...(windows && { Platform: 'Windows' as const, PlatformDetails: 'Windows' }),
    })
    aws.ssm.seed({ account: '', region }, { name, value: image.ImageId, unannounced: true })
  }
}

/** A bot's secret for each channel: it makes a thread of each campaign. */
function addSlackChannels({ aws }: World, { build, notify }: Fleet, isNew: (secret: string) => boolean): void {
  for (const [channel, { secret: name }] of Object.entries(notify.slack).filter(([, each]) => isNew(each.secret)))
    aws.secretsmanager.addSecret({
      ...build,
      name,
      arn: `arn:aws:secretsmanager:${build.region}:${build.account}:secret:${name}-a1b2c3`,
      value: JSON.stringify({ token: 'xoxb-rehearsal', channel }),
    })
}

/** Functions of teams that subscribe: they let the fleet's topic in. */
function addSubscribedFunctions({ aws }: World, { name, build, notify }: Fleet): void {
  const topic = `arn:aws:sns:${build.region}:${build.account}:${resourceName(name, 'notifications')}`
  for (const { lambda } of Object.values(notify.subscriptions))
    if (lambda)
      aws.lambda.policies.set(lambda, {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'lambda:InvokeFunction',
            Resource: lambda,
            Condition: { ArnLike: { 'AWS:SourceArn': topic } },
          },
        ],
      })
}

/** What a team deploys itself: it takes what the fleet gives it. */
const commandDocument = (name: string, parameters: Record<string, unknown>): SsmDocument => ({
  name,
  type: 'Command',
  content: {
    schemaVersion: '2.2',
    parameters: Object.fromEntries(Object.keys(parameters).map((key) => [key, {}])),
    mainSteps: [{ name: 'smoke', action: 'aws:runShellScript', inputs: { runCommand: ['true'] } }],
  },
})

const verdict = (faults: Faults, { image }: { image: string }): Verdict =>
  faults.at('custom check', image) ?? { passed: true, detail: 'a rehearsal knows no better' }

function addOrganization({ aws }: World, fleet: Fleet): void {
  const simulated = simulateOrganization(fleet)
  if (!simulated) return
  const { id, units, accounts } = simulated
  const unitOf = (account: string) => Object.keys(units).find((unit) => units[unit]?.includes(account))
  aws.organizations.set({
    id,
    management: '000000000001',
    root: 'r-exam',
    delegated: [fleet.build.account],
    units: Object.keys(units).map((unit) => ({ id: unit, parent: 'r-exam' })),
    accounts: accounts.map((account) => ({ id: account, parent: unitOf(account) ?? 'r-exam' })),
  })
}

/** The one that every target of a ring is asked to have. */
function addLaunchTemplates({ aws }: World, fleet: Fleet, before: Fleet | undefined): void {
  const there = new Set(before ? launchTemplatesOf(before).map(written) : [])
  for (const { account, region, name } of launchTemplatesOf(fleet)) {
    const place = written({ account, region, name })
    if (there.has(place)) continue
    there.add(place)
    const data = { ImageId: 'ami-00000000000000000', InstanceType: 'm7i.large' as const }
    aws.ec2.launchTemplates.add({ account, region, name, data, tags: { [fleetTag]: fleet.name } })
  }
}

interface TemplatePlace {
  account: string
  region: string
  name: string
}

const written = ({ account, region, name }: TemplatePlace) => `${account} ${region} ${name}`

const launchTemplatesOf = (fleet: Fleet): TemplatePlace[] =>
  Object.entries(fleet.images).flatMap(([image, each]) =>
    each.rings.flatMap((ring) =>
      orderRing(fleet, image, ring).launchTemplates.flatMap(({ name }) =>
        [...targetAccounts(fleet), ...simulatedTargets(fleet)].flatMap((account) =>
          (fleet.rings[ring]?.regions ?? []).map((region) => ({ account, region, name })),
        ),
      ),
    ),
  )
