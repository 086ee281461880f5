import { DescribeKeyPairsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { isMissing } from '../../aws/errors.ts'
import { type Check, fail, info } from './check.ts'

/** EC2 launches no instance with a key pair that it does not know. */
const keyPairs: Check = {
  name: 'EC2: key pairs of build instances',
  group: 'Image Builder',
  beforeDeploy: true,
  permissions: ['ec2:DescribeKeyPairs'],
  async *examine({ fleet, config }) {
    const client = new EC2Client(config)
    const { account, region } = fleet.build
    const named = Object.entries(fleet.infrastructure).flatMap(([key, configuration]) => {
      const { keyPair } = configuration
      return keyPair ? [{ key, keyPair }] : []
    })
    for (const { key, keyPair } of named) {
      try {
        await client.send(new DescribeKeyPairsCommand({ KeyNames: [keyPair] }))
      } catch (error) {
        if (!(error instanceof Error) || !isMissing(error)) throw error
        yield fail(
          `${account} has no key pair ${keyPair} in ${region}, and infrastructure.${key}.keyPair names it: no instance starts, and every bake fails`,
          'Make or import it in EC2, or correct infrastructure in the fleet file.',
        )
      }
    }
    yield info(named.map(({ keyPair }) => keyPair).join(', ') || 'the fleet names none')
  },
}

export const buildInstanceChecks = [keyPairs]
