import { beforeAll, describe, expect, it } from 'vitest'
import type { World } from '../../emulator/index.ts'
import { stateOf } from '../../rehearsal/records.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { startMachine } from '../../rehearsal/workloads.ts'
import { oneImage } from '../support/one-image.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

/**
 * An image is released twice, then the first release is promoted, then the second, of which somebody has removed the copy
 * meanwhile. Last, both are revoked, one after the other.
 */
const fleet = oneImage()
const target = { account: '222233334444', region: 'us-west-2' }
const build = { account: '111122223333', region: 'us-west-2' }
const by = 'arn:aws:iam::111122223333:user/ada'
const day = (n: number, hour = '06') => `2026-09-0${n}T${hour}:00:00Z`

const seen: Record<string, Record<'parameter' | 'stable' | 'previous' | 'own' | 'ownPrevious', string | undefined>> = {}
const distributions: Record<string, number> = {}
const remember = (name: string) => (world: World) => {
  const of = (channel: string) => world.aws.ssm.valueOf(`/golden-images/web${channel}`, target)
  const own = (channel: string) => world.aws.ssm.valueOf(`/one/images/web/${channel}`, build)
  seen[name] = {
    parameter: of(''),
    stable: of('/stable'),
    previous: of('/previous'),
    own: own('stable'),
    ownPrevious: own('previous'),
  }
  distributions[name] = world.aws.calls.filter(({ operation }) => operation === 'DistributeImage').length
}
const promote = (version: string, time: string) => (world: World) => {
  const trigger = { kind: 'promote', image: 'web', version, time, reason: 'it is good' }
  startMachine(world, fleet, 'campaign', `promote-${time.slice(0, 13)}`, { trigger })
}
const revoke = (version: string, time: string) => (world: World) =>
  void startMachine(world, fleet, 'revoke', `revoke-${version.replace('/', '-')}`, {
    image: 'web',
    version,
    descendants: false,
    force: false,
    reason: 'CVE',
    by,
    time,
  })

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await (await stageFor(fleet)).rehearse({
    releases: [day(1), day(2)].map((time) => ({ upstream: 'soe', time })),
    actions: [
      { time: day(1, '20'), do: remember('first') },
      { time: day(2, '20'), do: remember('second') },
      { time: day(3), do: promote('1.0.0/1', day(3)) },
      { time: day(3, '20'), do: remember('promoted') },
      { time: day(4), do: ({ aws }) => aws.ec2.deregister(seen.second?.parameter ?? '', target.region) },
      { time: day(4, '07'), do: promote('1.0.0/3', day(4, '07')) },
      { time: day(4, '20'), do: remember('copied') },
      { time: day(5), do: revoke('1.0.0/1', day(5)) },
      { time: day(5, '07'), do: remember('one revoked') },
      { time: day(5, '08'), do: revoke('1.0.0/3', day(5, '08')) },
      { time: '2026-09-05T08:03:00Z', do: remember('both revoked') },
      { time: day(6), do: remember('released') },
    ],
  })
}, slow)

it('asks every five minutes how far copies are, where no event says so and nobody knows how long they take', () => {
  const executions = [...rehearsal.world.stepFunctions.executions.values()]
  const first = executions.find(({ stateMachine }) => stateMachine.name === 'one-rebake')
  const entered = (name: string) =>
    (first?.history.events ?? []).filter((event) => stateOf(event) === name && event.type.endsWith('Entered'))
  const [began] = entered('Await Distribution')
  const after = entered('Verify Distribution').map(({ timestamp }) =>
    Math.round((timestamp.getTime() - Number(began?.timestamp)) / 1000),
  )
  const expected = [300, 600, 900].slice(0, after.length)
  expect(after.length).toBeGreaterThan(1)
  for (const [i, seconds] of after.entries()) expect(Math.abs(seconds - (expected[i] ?? 0))).toBeLessThan(30)
})

describe('a promotion of a release that every target has', () => {
  it('makes no copies, and points to those that are there', () => {
    const { parameter, own } = seen.first ?? {}
    expect(seen.promoted).toMatchObject({ parameter, stable: parameter, own })
    expect(seen.promoted).toMatchObject({ previous: seen.second?.parameter, ownPrevious: seen.second?.own })
    expect([distributions.second, distributions.promoted]).toEqual([2, 2])
  })

  it('copies again where an AMI is gone since', () => {
    expect(seen.copied?.parameter).not.toBe(seen.second?.parameter)
    expect(seen.copied).toMatchObject({ stable: seen.copied?.parameter, own: seen.second?.own })
    expect(seen.copied).toMatchObject({ previous: seen.first?.parameter, ownPrevious: seen.first?.own })
    expect(distributions.copied).toBe(3)
  })
})

describe('once a release is revoked', () => {
  const none = { parameter: undefined, stable: undefined, previous: undefined, own: undefined, ownPrevious: undefined }

  it('nothing is previous where it was, and what is stable stays', () => {
    expect(seen['one revoked']).toEqual({ ...seen.copied, previous: undefined, ownPrevious: undefined })
  })

  it('no parameter is there where nothing good is left', () => {
    expect(seen['both revoked']).toEqual(none)
  })

  it('the next release goes through, and nothing is previous', () => {
    const { parameter, own, ...channels } = seen.released ?? none
    expect([parameter, own].map((ami) => ami?.slice(0, 4))).toEqual(['ami-', 'ami-'])
    expect(channels).toEqual({ stable: parameter, previous: undefined, ownPrevious: undefined })
    expect(rehearsal.summary.campaigns.map(({ status }) => status)).not.toContain('failed')
  })
})
