import { expect, it } from 'vitest'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { allowedAmiChecks } from '../../../cli/doctor/allowed-amis.ts'
import { checks } from '../../../cli/doctor/checks.ts'
import { Environment } from '../../../cli/doctor/environment.ts'
import { examineAll } from '../../../cli/doctor/examine.ts'
import type { Fleet } from '../../../domain/fleet/model.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { slow, stageFor } from '../../support/rehearsal.ts'

/** A ring of units that share, and upstreams that parameters name, here as AWS's own and in another account. */
function otherFleet(): Fleet {
  const fleet = exampleFleet()
  const { early, everyone } = fleet.rings
  if (!early || !everyone) throw new Error('the example has other rings now')
  const units = {
    ...everyone,
    accounts: [],
    organizationalUnits: ['ou-exam-example1'],
    mode: 'share' as const,
  }
  const architecture = 'x86_64' as const
  const upstreams: Fleet['upstreams'] = {
    ...fleet.upstreams,
    'al2023-soe': {
      platform: 'Linux',
      parameter: { name: '/soe/al2023', account: '444455556666', architecture },
    },
    'ubuntu-soe': {
      platform: 'Linux',
      parameter: { name: '/aws/service/ubuntu', owner: 'amazon', architecture },
    },
  }
  return { ...fleet, upstreams, rings: { early, everyone: units } }
}

it('finds nothing wrong in a fleet of other kinds of upstreams and rings', { timeout: slow }, async () => {
  const fleet = otherFleet()
  const releases = [{ upstream: 'al2023-soe', time: '2026-09-01T06:00:00Z' }]
  const rehearsal = await (await stageFor(fleet)).rehearse({ serve: true, releases })
  try {
    const environment = new Environment(deploymentOf(fleet, rehearsal.url), {})
    const examined = await examineAll(checks, environment, () => undefined)
    const wrong = examined.filter(({ outcome }) => outcome !== 'pass').map(({ check }) => check.name)
    // Nobody said here what the fleet is.
    expect(wrong).toEqual(['the fleet as deployed'])
    expect(await environment.accounts()).toHaveLength(3)

    const [{ account = '' } = {}] = (await environment.accounts()).filter(({ rings }) => rings.includes('everyone'))
    const [region = ''] = fleet.rings.everyone?.regions ?? []
    const criteria = [{ ImageProviders: ['amazon'] }]
    rehearsal.world.aws.ec2.allowed.set({ account, region }, { state: 'enabled', criteria })
    const again = await examineAll(
      allowedAmiChecks,
      new Environment(deploymentOf(fleet, rehearsal.url), {}),
      () => undefined,
    )
    expect(again.flatMap(({ findings }) => findings).filter(({ outcome }) => outcome === 'fail')).toEqual([
      {
        outcome: 'fail',
        found: expect.stringContaining(`Allowed AMIs of ${account} ${region} hides the AMIs of ${fleet.build.account}`),
        fix: expect.stringMatching(/^Add 111122223333 to the ImageProviders of a criterion there, or copy to the ring/),
      },
    ])
  } finally {
    await rehearsal.close()
  }
})
