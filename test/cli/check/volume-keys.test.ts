import { afterAll, expect, it } from 'vitest'
import { compare } from '../../../cli/check/api.ts'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { closeWorlds, worldOf } from '../../emulator/world/small-world.ts'
import { oneImage } from '../../support/one-image.ts'

afterAll(closeWorlds)

const arn = 'arn:aws:kms:us-west-2:111122223333:alias/golden'
const fleet = oneImage(['size: 20 }', `size: 20, kmsKey: "${arn}" }`])

it('looks at the keys that volumes name: they are there, and the rings may use them', async () => {
  const { world } = await worldOf({})
  const found = async () => {
    const [web] = await compare(deploymentOf(fleet, world.url, {}), { isDeployed: false })
    return web?.problems.join()
  }
  expect(await found()).toBe(
    `the volume /dev/xvda is encrypted with ${arn}, and there is no such key: correct its kmsKey in images.web, or leave it out for the fleet's own key`,
  )
  const lets = (...accounts: string[]) => ({
    Statement: accounts.map((account) => ({
      Effect: 'Allow' as const,
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*',
    })),
  })
  const key = arn.replace('alias/', 'key/')
  world.aws.kms.addKey({ arn: key, enabled: true, policy: lets('111122223333') })
  world.aws.kms.addAlias(arn, key)
  expect(await found()).toMatch(/whose policy does not let 222233334444 use it: allow kms:Decrypt/)
  world.aws.kms.addKey({ arn: key, enabled: true, policy: lets('111122223333', '222233334444') })
  expect(await found()).toBe('')
})
