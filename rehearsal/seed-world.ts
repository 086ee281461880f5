import type { Fleet } from '../domain/fleet/model.ts'
import { orderRing } from '../domain/planning/ring-order.ts'
import type { SsmDocument, World } from '../emulator/index.ts'
import { targetAccounts, targetRegions } from '../infra/targets.ts'
import { addAdoptedPipelines } from './adopted-pipelines.ts'
import type { Verdict } from './fault-hooks.ts'
import type { Faults } from './faults.ts'
import { simulatedTargets, simulateOrganization } from './organization.ts'
import type { Slack } from './slack.ts'

/**
 * What a fleet finds where it is deployed, and no template of its own makes: the organization, pipelines that it adopts, launch
 * templates of the targets, alarms, and functions of others that check images.
 */
export function seedWorld(
  world: World,
  fleet: Fleet,
  { faults, slack, encryptByDefault }: { faults: Faults; slack: Slack; encryptByDefault: boolean },
): void {
  if (encryptByDefault) switchOnEncryption(world, fleet)
  addOrganization(world, fleet)
  addServiceRole(world, fleet)
  const targets = [...targetAccounts(fleet), ...simulatedTargets(fleet)]
  addKeys(world, fleet, targets)
  for (const account of targets) world.aws.autoscaling.addServiceRole(account)
  addAdoptedPipelines(world, fleet)
  addLaunchTemplates(world, fleet)
  addSlackChannels(world, fleet)
  for (const channel of Object.keys(fleet.notify.slack))
    if (faults.at('slack', channel) === 'channel_not_found') slack.gone.add(channel)
  for (const { alarm = '' } of Object.values(fleet.rings)) {
    const [, , , region = '', account = '', , name = ''] = alarm.split(':')
    if (name) world.aws.cloudwatch.addAlarm({ account, region, name })
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

/** As an organization may demand it: with the key that AWS manages in each account. */
function switchOnEncryption({ aws }: World, fleet: Fleet): void {
  for (const account of [fleet.build.account, ...targetAccounts(fleet), ...simulatedTargets(fleet)])
    for (const region of new Set([fleet.build.region, ...targetRegions(fleet)]))
      aws.ec2.encryption.switchOn({ account, region })
}

/** The keys that rings name, in the build account or in every target, with the policies that docs/fleet.md asks their teams for. */
export function addKeys({ aws }: World, fleet: Fleet, targets: string[]): void {
  const policy = {
    Statement: [fleet.build.account, ...targets].map((account) => ({
      Effect: 'Allow' as const,
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*',
    })),
  }
  for (const { kmsKeys = {} } of Object.values(fleet.rings))
    for (const account of targets)
      for (const named of Object.values(kmsKeys)) {
        const arn = named.replace('{account}', account)
        const key = arn.replace(':alias/', ':key/')
        aws.kms.addKey({ arn: key, enabled: true, policy })
        aws.kms.addAlias(arn, key)
      }
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

/** A bot's secret for each channel: it makes a thread of each campaign. */
function addSlackChannels({ aws }: World, { build, notify }: Fleet): void {
  for (const [channel, { secret: name }] of Object.entries(notify.slack))
    aws.secretsmanager.addSecret({
      ...build,
      name,
      arn: `arn:aws:secretsmanager:${build.region}:${build.account}:secret:${name}-a1b2c3`,
      value: JSON.stringify({ token: 'xoxb-rehearsal', channel }),
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
function addLaunchTemplates({ aws }: World, fleet: Fleet): void {
  const places = [...targetAccounts(fleet), ...simulatedTargets(fleet)]
  const added = new Set<string>()
  for (const [image, { rings }] of Object.entries(fleet.images))
    for (const ring of rings)
      for (const { name } of orderRing(fleet, image, ring).launchTemplates)
        for (const account of places)
          for (const region of fleet.rings[ring]?.regions ?? []) {
            const place = `${account} ${region} ${name}`
            if (added.has(place)) continue
            added.add(place)
            const data = { ImageId: 'ami-00000000000000000', InstanceType: 'm7i.large' as const }
            aws.ec2.launchTemplates.add({
              account,
              region,
              name,
              data,
              tags: { 'rebake:fleet': fleet.name },
            })
          }
}
