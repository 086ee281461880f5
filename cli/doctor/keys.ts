import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms'
import { count, list } from '../render/text.ts'
import { type Check, deploy, fail, ifThere, info, once } from './check.ts'
import type { Environment } from './environment.ts'
import { letsIn, type ResourcePolicy } from './key-policy.ts'

const ownKey = once(
  async ({ config, fleet }) =>
    (await ifThere(new KMSClient(config).send(new DescribeKeyCommand({ KeyId: `alias/${fleet.name}` }))))?.KeyMetadata,
)

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
    const key = await ownKey(environment)
    if (!key?.Arn) yield fail(`there is no key alias/${environment.fleet.name}`, deploy)
    else if (key.KeyState !== 'Enabled') yield fail(...usable(key.Arn, key.KeyState ?? 'unknown'))
    else yield info(key.Arn)
  },
}

const keyPolicy: Check = {
  name: "the policy of the fleet's key",
  group: 'Keys',
  permissions: ['kms:DescribeKey', 'kms:GetKeyPolicy', 'lambda:InvokeFunction'],
  async *examine(environment) {
    const { fleet, config } = environment
    const key = await ownKey(environment)
    if (!key?.Arn) return
    // An alias will not do. https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
    const { Policy = '{}' } = await new KMSClient(config).send(new GetKeyPolicyCommand({ KeyId: key.Arn }))
    const policy = JSON.parse(Policy) as ResourcePolicy
    const accounts = await environment.accounts()
    const without = accounts.filter(
      ({ account }) => !['kms:Decrypt', 'kms:CreateGrant'].every((action) => letsIn(policy, fleet, account, action)),
    )
    if (without.length > 0)
      yield fail(
        `its policy does not let ${list(
          without.map(({ account }) => account),
          5,
        )} use it: they can neither copy nor launch what it encrypts`,
        'Deploy the fleet, which sets the policy: npm run deploy.',
      )
    else yield info(`${count(accounts.length, 'account')} may use it`)
  },
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

export const keyChecks = [fleetKey, keyPolicy, ringKeys, targetKeys]
