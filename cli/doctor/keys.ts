import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient, paginateListGrants } from '@aws-sdk/client-kms'
import { grantName, grantOperations, serviceRoleArn } from '../../domain/grants.ts'
import { fleetKeyAlias } from '../../domain/names.ts'
import { orderRing } from '../../domain/planning/ring-order.ts'
import { regionsWithFleetKey, ringsWithFleetKey } from '../../infra/targets.ts'
import { count, list } from '../render/text.ts'
import { type Check, deploy, fail, ifThere, info, once } from './check.ts'
import type { Environment } from './environment.ts'
import { letsIn, type ResourcePolicy } from './key-policy.ts'

/** The fleet's key in each region in which it has one: what KMS says of it, undefined where it is not there. */
const ownKeys = once(async ({ config, fleet }) => {
  const regions = [fleet.build.region, ...regionsWithFleetKey(fleet)]
  return await Promise.all(
    regions.map(async (region) => {
      const client = new KMSClient({ ...config, region })
      const asked = client.send(new DescribeKeyCommand({ KeyId: fleetKeyAlias(fleet.name) }))
      return { region, client, key: (await ifThere(asked))?.KeyMetadata }
    }),
  )
})

const usable = (arn: string, state: string): [found: string, fix: string] => [
  `the key ${arn} is ${state}: nothing that it encrypts can be baked, copied or launched`,
  state === 'PendingDeletion'
    ? `Keep it while there is time: aws kms cancel-key-deletion --key-id ${arn}, then aws kms enable-key.`
    : `Enable it: aws kms enable-key --key-id ${arn}`,
]

const fleetKey: Check = {
  name: "the fleet's key",
  group: 'Keys',
  permissions: ['kms:DescribeKey'],
  async *examine(environment) {
    for (const { region, key } of await ownKeys(environment))
      if (!key?.Arn) yield fail(`there is no key ${fleetKeyAlias(environment.fleet.name)} in ${region}`, deploy)
      else if (key.KeyState !== 'Enabled') yield fail(...usable(key.Arn, key.KeyState ?? 'unknown'))
      else yield info(key.Arn)
  },
}

const keyPolicy: Check = {
  name: "the policy of the fleet's key",
  group: 'Keys',
  permissions: ['kms:DescribeKey', 'kms:GetKeyPolicy', 'lambda:InvokeFunction'],
  async *examine(environment) {
    const { fleet } = environment
    const accounts = await environment.accounts()
    for (const { region, client, key } of await ownKeys(environment)) {
      if (!key?.Arn) continue
      // An alias will not do. https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
      const { Policy = '{}' } = await client.send(new GetKeyPolicyCommand({ KeyId: key.Arn }))
      const policy = JSON.parse(Policy) as ResourcePolicy
      const using = ringsWithFleetKey(fleet, region)
      const served = accounts.filter(({ rings }) =>
        using.some((ring) => rings.some((name) => fleet.rings[name] === ring)),
      )
      const without = served.filter(
        ({ account }) => !['kms:Decrypt', 'kms:CreateGrant'].every((action) => letsIn(policy, fleet, account, action)),
      )
      if (without.length > 0)
        yield fail(
          `its policy in ${region} does not let ${list(
            without.map(({ account }) => account),
            5,
          )} use it: they can neither copy nor launch what it encrypts`,
          'Deploy the fleet, which sets the policy: npm run deploy.',
        )
      else yield info(`${count(served.length, 'account')} may use it in ${region}`)
    }
  },
}

const grants: Check = {
  name: 'grants for Auto Scaling, in every target',
  group: 'Keys',
  permissions: ['kms:DescribeKey', 'kms:ListGrants', 'lambda:InvokeFunction'],
  async *examine(environment) {
    const { fleet, config } = environment
    const reports = new Map((await environment.targets()).map((report) => [report.account, report]))
    const accounts = await environment.accounts()
    const uses = new Map<string, Set<string>>()
    for (const { account, rings } of accounts) {
      const { scales, pointers = 0 } = reports.get(account) ?? {}
      // An account without a group needs no grant, and one without a pointer has not been given anything yet.
      if (!scales || pointers === 0) continue
      for (const key of keysFor(fleet, rings)) uses.set(key, (uses.get(key) ?? new Set()).add(account))
    }
    for (const [named, needing] of uses) {
      const [, partition = 'aws', , region = config.region] = named.split(':')
      const client = new KMSClient({ ...config, region })
      const key = (await ifThere(client.send(new DescribeKeyCommand({ KeyId: named }))))?.KeyMetadata?.Arn
      if (!key) continue
      const granted = new Set<string>()
      for await (const { Grants = [] } of paginateListGrants({ client }, { KeyId: key }))
        for (const { GranteePrincipal = '' } of Grants) granted.add(GranteePrincipal)
      for (const account of needing) {
        const role = serviceRoleArn(partition, account)
        if (granted.has(role)) continue
        yield fail(
          `Auto Scaling of ${account} cannot launch what the key ${key} encrypts: there is no grant for its role`,
          `The next roll-out to it makes one; or make it now: aws kms create-grant --region ${region} --key-id ${key} --name ${grantName(fleet.name)} --grantee-principal ${role} --operations ${grantOperations.join(' ')}`,
        )
      }
    }
    yield info(count(uses.size, 'key'))
  },
}

/** Keys of the build account that encrypt what goes to some rings; of others nobody here may list the grants. */
function keysFor(fleet: Environment['fleet'], rings: string[]): string[] {
  const [image = ''] = Object.keys(fleet.images)
  const all = rings.flatMap((ring) => Object.values(orderRing(fleet, image, ring).kmsKeys))
  return [...new Set(all)].filter((arn) => arn.split(':')[4] === fleet.build.account)
}

const ringKeys: Check = {
  name: 'keys of the rings',
  group: 'Keys',
  beforeDeploy: true,
  permissions: ['kms:DescribeKey'],
  async *examine({ fleet, config }) {
    for (const arn of keysOf(fleet.rings)) {
      const client = new KMSClient({ ...config, region: arn.split(':')[3] ?? config.region })
      const key = (await ifThere(client.send(new DescribeKeyCommand({ KeyId: arn }))))?.KeyMetadata
      if (!key) yield fail(`there is no key ${arn}, and a ring encrypts with it`, 'Correct kmsKeys in the fleet.')
      else if (key.KeyState !== 'Enabled') yield fail(...usable(arn, key.KeyState ?? 'unknown'))
    }
  },
}

/** Those of one account; those of each target are asked for there. */
const keysOf = (rings: Environment['fleet']['rings']) =>
  new Set(
    Object.values(rings)
      .flatMap(({ kmsKeys = {} }) => Object.values(kmsKeys))
      .filter((arn) => !arn.includes('{account}')),
  )

const targetKeys: Check = {
  name: 'keys of the targets',
  group: 'Keys',
  permissions: ['lambda:InvokeFunction'],
  async *examine(environment) {
    for (const { account, keys } of await environment.targets())
      for (const { arn, state } of keys)
        yield fail(
          `the key ${arn}, which encrypts the copies of ${account}, is ${state}`,
          'Create or enable it there, or correct kmsKeys in the fleet.',
        )
  },
}

export const keyChecks = [fleetKey, keyPolicy, ringKeys, targetKeys, grants]
