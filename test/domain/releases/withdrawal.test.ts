import { describe, expect, it } from 'vitest'
import type { ImageRelease } from '../../../domain/releases/image-release.ts'
import { pointersIn, type Use, usesText } from '../../../domain/releases/usage.ts'
import { amisOf, keeping, problemsOf, type Withdrawal, withdrawalsOf } from '../../../domain/releases/withdrawal.ts'
import { smallFleet } from '../../infra/fixture.ts'

const fleet = smallFleet()
const { build } = fleet
const there = { account: '222233334444', region: 'us-east-1' }
const elsewhere = { account: '555566667777', region: 'us-east-1' }

const release = (more: Partial<ImageRelease>): ImageRelease => ({
  image: 'base',
  version: '1.0.0/1',
  ami: 'ami-own',
  imageArn: 'arn',
  parentAmi: 'ami-p',
  definition: 'd',
  campaign: 'c',
  number: 1,
  bakedAt: '2026-09-01T00:00:00Z',
  ...more,
})

const how = { protects: ['instance'], otherwise: 'keep' } as const
const batches = (...some: ImageRelease[]) =>
  withdrawalsOf(
    fleet,
    some.map((release) => ({ release, action: 'remove' })),
    { ...how, protects: [...how.protects] },
  )

describe('what is withdrawn where', () => {
  it('is the own AMI and each copy, with its owner, whether or not it was verified', () => {
    const copies = { early: [{ ...there, ami: 'ami-1' }], everyone: [{ ...elsewhere, ami: 'ami-2' }] }
    const distributed = { early: [{ ...there, ami: 'ami-1' }] }
    expect(batches(release({ copies, distributed }))).toEqual([
      { ...build, ...how, users: [build], amis: [of('ami-own')] },
      { ...there, ...how, users: [there], amis: [of('ami-1')] },
      { ...elsewhere, ...how, users: [elsewhere], amis: [of('ami-2')] },
    ])
  })
  const of = (ami: string) => ({ image: 'base', version: '1.0.0/1', ami, action: 'remove' })

  it('is one batch for all AMIs of a place, each once', () => {
    const copies = { early: [{ ...build, ami: 'ami-own' }], everyone: [{ ...build, ami: 'ami-own' }] }
    const two = [release({ copies }), release({ version: '1.0.1/1', ami: 'ami-next' })]
    expect(batches(...two).map(({ amis }) => amis.map(({ ami }) => ami))).toEqual([['ami-own', 'ami-next']])
    expect(amisOf(two[0] as ImageRelease, build)).toHaveLength(1)
  })

  it('may be used by every target that it is shared with', () => {
    const copies = { early: [{ ...build, ami: 'ami-own' }] }
    const shared = [there, elsewhere].map((target) => ({ ...target, ami: 'ami-own' }))
    const [batch] = batches(release({ copies, distributed: { early: shared } }))
    expect(batch?.users).toEqual([build, there, elsewhere])
  })

  it('may be used by whom the ring lists where the sharing was not verified', () => {
    const sharing = { ...fleet, rings: { ...fleet.rings, early: { ...fleet.rings.early, mode: 'share' } } }
    const inRegion = { account: build.account, region: 'us-east-1' }
    const copies = { early: [{ ...inRegion, ami: 'ami-1' }], everyone: [{ ...elsewhere, ami: 'ami-2' }] }
    const [, shared, copied] = withdrawalsOf(
      sharing as typeof fleet,
      [{ release: release({ copies }), action: 'remove' }],
      { protects: [], otherwise: 'keep' },
    )
    expect(shared?.users).toEqual([inRegion, there])
    expect(copied?.users).toEqual([elsewhere])
  })
})

describe('what keeps an AMI', () => {
  const uses = (['channel', 'instance'] as const).map((kind): Use => ({ kind, name: kind, ...there }))
  const withdrawal = (more: Partial<Withdrawal>) => ({ ...batches(release({}))[0], ...more }) as Withdrawal
  it.each([
    [{}, ['instance']],
    [{ protects: ['channel', 'instance'] }, ['channel', 'instance']],
    [{ protects: [] }, []],
    [{ force: true }, []],
  ] as [Partial<Withdrawal>, string[]][])('is what uses it, by kind: %j', (more, kinds) => {
    expect(keeping(withdrawal(more), uses).map(({ kind }) => kind)).toEqual(kinds)
  })
})

it('tells problems by place and reason', () => {
  const [batch] = batches(release({}))
  const ami = { image: 'base', version: '1.0.0/1', action: 'remove' } as const
  const amis: Withdrawal['amis'] = [
    { ...ami, ami: 'ami-1', outcome: 'done' },
    { ...ami, ami: 'ami-2', outcome: 'gone' },
    { ...ami, ami: 'ami-3', outcome: 'in-use' },
    { ...ami, ami: 'ami-4', outcome: 'failed', why: 'denied' },
    { ...ami, ami: 'ami-5', outcome: 'failed', why: 'denied' },
    { ...ami, ami: 'ami-6' },
  ]
  expect(problemsOf([{ ...(batch as Withdrawal), amis }])).toEqual([
    '111122223333 eu-west-1: base 1.0.0/1 (ami-4), base 1.0.0/1 (ami-5): denied',
    '111122223333 eu-west-1: base 1.0.0/1 (ami-6): nobody got to it',
  ])
})

describe('the parameters that may point to an AMI', () => {
  const channels = (name: string) => ['candidate', 'stable', 'previous'].map((each) => `${name}/${each}`)
  it('are those of the rings of the region, and the channels below them', () => {
    const [early, everyone] = ['/golden-images/api', '/gold/everyone/api'] as [string, string]
    expect(pointersIn(fleet, ['api'], there)).toEqual([early, ...channels(early), everyone, ...channels(everyone)])
    expect(pointersIn(fleet, ['api'], { ...there, region: 'eu-west-1' })).toEqual([everyone, ...channels(everyone)])
  })

  it("are the build account's own in the build account", () => {
    expect(pointersIn(fleet, ['api', 'base'], build)).toEqual([
      ...channels('/gold/images/api'),
      ...channels('/gold/images/base'),
    ])
    const { early } = fleet.rings
    const listed = {
      ...fleet,
      rings: { early: { ...early, accounts: [build.account], regions: [build.region] } },
    }
    expect(pointersIn(listed as typeof fleet, ['api'], build)).toEqual([
      ...channels('/gold/images/api'),
      '/golden-images/api',
      ...channels('/golden-images/api'),
    ])
  })
})

it('tells uses by place, the first few of each', () => {
  const uses = [...Array(7).keys()].map((n): Use => ({ kind: 'instance', name: `i-${n}`, ...there }))
  const group: Use = { kind: 'auto-scaling-group', name: 'web', ...elsewhere }
  expect(usesText([...uses, group])).toBe(
    '222233334444 us-east-1: instance i-0, instance i-1, instance i-2, instance i-3, instance i-4 and 2 more; ' +
      '555566667777 us-east-1: Auto Scaling group web',
  )
})
