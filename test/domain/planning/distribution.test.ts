import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyFor, ownerOf, planDistribution } from '../../../domain/planning/distribution.ts'
import { orderRing, type RingOrder } from '../../../domain/planning/ring-order.ts'
import { exampleFleet } from '../../support/fleets.ts'

const description = 'payments-api 1.0.3/1, baked on ami-00000000000000001'
const from = { name: 'golden-payments-api', description, account: '111122223333', region: 'us-west-2' }
const plain = orderRing(exampleFleet(), 'payments-api', 'early')
const ring = (more: Partial<RingOrder> = {}): RingOrder => ({
  ...plain,
  regions: ['us-west-2', 'us-east-1'],
  kmsKeys: {},
  licenses: [],
  mode: 'copy',
  ...more,
})
const accounts = (count: number) => Array.from({ length: count }, (_, i) => String(200_000_000_001 + i))
const plan = (more: Partial<RingOrder>, some = accounts(2)) => planDistribution(ring(more), some, from)
const settings = (more: Partial<RingOrder>, some?: string[]) =>
  Object.fromEntries((plan(more, some)[0]?.distributions ?? []).map((each) => [each.region, each]))

describe('a plan of distributions', () => {
  it('copies to every account and region, under one name and with the tags of the ring', () => {
    const [first, ...others] = plan({ tags: { stage: 'early' } })
    expect(others).toEqual([])
    expect(first).toMatchObject({ name: 'golden-payments-api-early', accounts: accounts(2) })
    expect(first?.distributions).toEqual(
      ['us-west-2', 'us-east-1'].map((region) => ({
        region,
        amiDistributionConfiguration: {
          name: 'golden-payments-api {{ imagebuilder:buildDate }}',
          description,
          amiTags: { stage: 'early' },
          targetAccountIds: accounts(2),
        },
      })),
    )
  })

  it('has settings for the source region, also where nobody is a target there', () => {
    const { 'us-west-2': source, ...others } = settings({ regions: ['us-east-1'] })
    expect(Object.keys(others)).toEqual(['us-east-1'])
    expect(source?.amiDistributionConfiguration).toEqual({
      name: 'golden-payments-api {{ imagebuilder:buildDate }}',
      description,
      amiTags: plain.tags,
    })
  })

  it.each([[['us-east-1']], [['us-east-1', 'us-west-2']], [['us-west-2', 'us-east-1']]])(
    'begins with the source region where a ring has %j',
    (regions) => {
      const [part] = plan({ regions })
      expect(part?.distributions.map(({ region }) => region)).toEqual(['us-west-2', 'us-east-1'])
    },
  )

  it('shares what the build account keeps, account by account', () => {
    const { 'us-east-1': far, 'us-west-2': near } = settings({
      mode: 'share',
      kmsKeys: { 'us-east-1': 'arn:aws:kms:us-east-1:111122223333:key/far' },
    })
    expect(far?.amiDistributionConfiguration).toMatchObject({
      launchPermission: { userIds: accounts(2) },
      kmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/far',
    })
    expect(far?.amiDistributionConfiguration).not.toHaveProperty('targetAccountIds')
    expect(near?.amiDistributionConfiguration).toMatchObject({ launchPermission: { userIds: accounts(2) } })
  })

  it('has the licences of each region there', () => {
    const licence = (region: string) =>
      `arn:aws:license-manager:${region}:111122223333:license-configuration:lic-0123456789abcdef0123456789abcdef`
    const { 'us-east-1': far, 'us-west-2': near } = settings({ licenses: [licence('us-east-1')] })
    expect(far?.licenseConfigurationArns).toEqual([licence('us-east-1')])
    expect(near).not.toHaveProperty('licenseConfigurationArns')
  })

  it('gives each account a configuration where each has a key of its own', () => {
    const kmsKeys = { 'us-east-1': 'arn:aws:kms:us-east-1:{account}:alias/images' }
    const parts = plan({ kmsKeys }, accounts(3))
    expect(parts.map(({ name }) => name)).toEqual([
      'golden-payments-api-early',
      'golden-payments-api-early--2',
      'golden-payments-api-early--3',
    ])
    for (const [i, { distributions, ...part }] of parts.entries()) {
      expect(part.accounts).toEqual([accounts(3)[i]])
      const keys = distributions.map(({ amiDistributionConfiguration }) => amiDistributionConfiguration.kmsKeyId)
      expect(keys).toEqual([undefined, `arn:aws:kms:us-east-1:${accounts(3)[i]}:alias/images`])
    }
  })

  it('has every account once, and no more in one configuration than Image Builder takes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom('copy' as const, 'share' as const),
        fc.boolean(),
        (count, mode, own) => {
          const kmsKeys = own ? { 'us-east-1': 'arn:aws:kms:us-east-1:{account}:key/k' } : {}
          const parts = plan({ mode, kmsKeys }, accounts(count))
          expect(parts.flatMap((part) => part.accounts)).toEqual(accounts(count))
          expect(new Set(parts.map(({ name }) => name)).size).toBe(parts.length)
          for (const { accounts: some } of parts) expect(some.length).toBeLessThanOrEqual(mode === 'copy' ? 50 : 1536)
          const most = mode === 'share' ? 1536 : own ? 1 : 50
          expect(parts.length).toBe(Math.ceil(count / most))
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('what a target has', () => {
  const key = 'arn:aws:kms:us-west-2:{account}:key/k'
  const target = { account: '222233334444', region: 'us-west-2' }
  const own = { account: from.account, region: from.region }

  it.each([
    ['its own copy', 'copy', target, '222233334444', 'arn:aws:kms:us-west-2:222233334444:key/k'],
    ['the AMI as it was built, where it is shared', 'share', target, from.account, undefined],
    ['the AMI as it was built, in the build account', 'copy', own, from.account, undefined],
    ['no key, where none is named', 'copy', { ...target, region: 'eu-west-1' }, '222233334444', undefined],
  ] as const)('is %s', (_, mode, where, owner, expected) => {
    const order = ring({ mode, kmsKeys: { 'us-west-2': key } })
    expect(ownerOf(order, where, from)).toBe(owner)
    expect(keyFor(order, where, from)).toBe(expected)
  })
})
