import { CancelImageCreationCommand, ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { beforeEach, describe, expect, it } from 'vitest'
import { hold, holdText, recordRevoked } from '../../domain/planning/holds.ts'
import { recordCandidate } from '../../domain/planning/transitions.ts'
import { keyOf } from '../../ledger/keys.ts'
import {
  campaign,
  claimFor,
  executionOf,
  nextCampaign,
  nextRelease,
  type Planned,
  parentAmi,
  planFor,
  plannedCampaign,
  trigger,
} from '../support/campaign.ts'
import { mockOf } from '../support/mocks.ts'

const mock = mockOf(ImagebuilderClient)
const imageBuilder = mock as unknown as ImagebuilderClient
beforeEach(() => {
  mock.reset()
  mock.on(CancelImageCreationCommand).resolves({})
})
const cancelled = () =>
  mock.commandCalls(CancelImageCreationCommand).map((call) => call.args[0].input.imageBuildVersionArn)

const image = 'al2023-java'
const imageArn = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-al2023-java/1.0.0/1'
const time = '2026-09-08T10:00:00Z'
const claims = (all: Planned) => all.ledger.table.get(keyOf('locks', {}))
/** The newer campaign's rebake of the same image. */
const newer = { campaign: nextCampaign, taskToken: 'newer' }

describe('acquire-lock', () => {
  it('records that the image is baked, by whom, from what, and since when', async () => {
    const all = await plannedCampaign()
    await claimFor(all, image)
    await claimFor(all, image, { time: '2026-09-08T11:00:00Z' })
    expect(await all.image(image)).toMatchObject({
      status: 'baking',
      execution: executionOf(image),
      parentAmi,
      startedAt: time,
    })
  })

  it("answers with the image's order, as far as the state machine reads it", async () => {
    const all = await plannedCampaign()
    await claimFor(all, image)
    const [wait] = [...all.ledger.items.values()].filter(({ pk }) => pk.startsWith('WAIT#'))
    expect(wait).toMatchObject({
      outcome: { granted: true },
      carry: {
        checks: [{ check: 'ami', lookAfter: 60 }],
        children: [{ image: 'payments-api' }, { image: 'orders-api' }],
        rings: [{ ring: 'early', soak: 86_400, approvalSeconds: 0 }, { ring: 'everyone' }],
      },
    })
    expect(Object.keys(wait?.carry as object).sort()).toEqual([
      'checkSeconds',
      'checks',
      'children',
      'maxChecks',
      'rings',
      'subnets',
    ])
    expect(all.granted).toEqual([`token-${image}`])
  })

  it('to roll out changes nothing of what the bake has recorded, and carries nothing', async () => {
    const all = await plannedCampaign()
    await all.set(image, { status: 'candidate' })
    await claimFor(all, image, { stage: 'roll-out' })
    expect(await all.image(image)).toMatchObject({ status: 'candidate' })
    const [wait] = [...all.ledger.items.values()].filter(({ pk }) => pk.startsWith('WAIT#'))
    expect(wait?.carry).toEqual({})
  })

  it('queues for a slot, and for an image', async () => {
    const all = await plannedCampaign()
    for (const name of [image, 'al2023-node']) await claimFor(all, name)
    expect(all.granted).toEqual([`token-${image}`])
    expect(await claims(all)).toMatchObject({ queue: [{ image: 'al2023-node', campaign, number: 1 }] })
  })

  it('is for what a campaign has planned', async () => {
    const all = await plannedCampaign()
    await expect(claimFor(all, 'ubuntu-hardened')).rejects.toThrow('start a campaign, not a rebake')
  })
})

describe('a newer campaign', () => {
  const withNext = async (more = {}) => {
    const all = await plannedCampaign()
    await planFor(all.ledger, nextRelease(more))
    return all
  }

  it('takes over an image that it is to bake, before it has claimed it', async () => {
    const all = await withNext()
    await claimFor(all, image)
    expect(all.superseded).toEqual([`token-${image}: superseded by campaign ${nextCampaign}`])
    expect(await claims(all)).toBeUndefined()
  })

  it('takes over from who waits', async () => {
    const all = await plannedCampaign()
    await claimFor(all, 'al2023-node')
    await claimFor(all, image)
    await planFor(all.ledger, nextRelease())
    await claimFor(all, image, newer)
    expect(all.superseded).toEqual([`token-${image}: superseded by campaign ${nextCampaign}`])
    expect(await claims(all)).toMatchObject({ queue: [{ image, campaign: nextCampaign }] })
  })

  it('does not take over from an emergency, which goes first', async () => {
    const all = await plannedCampaign({ cause: { ...trigger, emergency: true } })
    await planFor(all.ledger, nextRelease())
    await claimFor(all, 'al2023-node')
    await claimFor(all, image, newer)
    await claimFor(all, image)
    expect(all.superseded).toEqual([])
    expect(await claims(all)).toMatchObject({
      queue: [{ campaign, emergency: true }, { campaign: nextCampaign }],
    })
  })

  it('that is an emergency takes over from an emergency', async () => {
    const all = await plannedCampaign({ cause: { ...trigger, emergency: true } })
    await planFor(all.ledger, nextRelease({ emergency: true }))
    await claimFor(all, image)
    expect(all.superseded).toEqual([`token-${image}: superseded by campaign ${nextCampaign}`])
  })

  it('does not take over what it leaves as it is', async () => {
    const all = await plannedCampaign()
    await planFor(all.ledger, { ...nextRelease(), upstream: 'ubuntu-soe' })
    await claimFor(all, image)
    expect(all.granted).toEqual([`token-${image}`])
  })

  it('that has baked the image already has its roll-out', async () => {
    const all = await plannedCampaign()
    const last = {
      parentAmi,
      definition: 'd1',
      at: time,
      campaign: nextCampaign,
      ami: 'ami-1',
      version: '1.0.1/1',
    }
    await all.ledger.fleetState.change((known) => recordCandidate(known, image, last))
    await claimFor(all, image, { stage: 'roll-out' })
    expect(all.superseded).toEqual([`token-${image}: superseded by campaign ${nextCampaign}`])
    expect(all.granted).toEqual([])
  })
})

describe('what is held, or revoked', () => {
  const held = { at: time, by: 'arn:aws:iam::111122223333:user/ada', reason: 'it does not boot' }

  it.each(['bake', 'roll-out'] as const)('has no turn to %s', async (stage) => {
    const all = await plannedCampaign()
    await all.ledger.fleetState.change((known) => hold(known, image, held))
    await claimFor(all, image, { stage })
    expect(all.superseded).toEqual([`token-${image}: ${holdText(image, held)}`])
    expect(await claims(all)).toBeUndefined()
  })

  it('is not baked from, nor rolled out', async () => {
    const all = await plannedCampaign()
    await all.set(image, { ami: 'ami-0c0c0c0c0c0c0c0c0' })
    for (const [ami, since] of [
      [parentAmi, time],
      ['ami-0c0c0c0c0c0c0c0c0', '2026-09-08T11:00:00Z'],
    ] as const) {
      await all.ledger.fleetState.change((known) => recordRevoked({ ...known, revoked: [] }, [ami], 'revoke-a'))
      await claimFor(all, image, { stage: 'roll-out', taskToken: ami, time: since })
      expect(all.superseded.at(-1)).toBe(`${ami}: ${ami} was revoked`)
    }
  })
})

describe('older bakes of the image', () => {
  const baking = async (attributes = {}) => {
    const all = await plannedCampaign()
    await claimFor(all, image)
    await all.set(image, { imageArn, ...attributes })
    await planFor(all.ledger, nextRelease())
    return all
  }
  const cancelling = { supersede: 'cancel' as const, imageBuilder }

  it('are cancelled where the fleet says so, and waited for', async () => {
    const all = await baking()
    await claimFor(all, image, { ...newer, ...cancelling })
    expect(cancelled()).toEqual([imageArn])
    expect(await claims(all)).toMatchObject({ held: [{ campaign }], queue: [{ campaign: nextCampaign }] })
    expect(all.granted).toEqual([`token-${image}`])
  })

  it.each<[string, object, object]>([
    ['the fleet waits for them', {}, { supersede: 'wait' }],
    ['they have not begun: they find out', { imageArn: undefined, status: 'baking' }, {}],
    ['they are candidates', { status: 'candidate' }, {}],
  ])('are left alone where %s', async (_, attributes, more) => {
    const all = await baking()
    if ('imageArn' in attributes)
      all.ledger.items.set(`CAMPAIGN#${campaign}|IMAGE#${image}`, {
        ...(await all.image(image)),
        imageArn: undefined,
        pk: `CAMPAIGN#${campaign}`,
        sk: `IMAGE#${image}`,
      })
    else await all.set(image, attributes)
    await claimFor(all, image, { ...newer, ...cancelling, ...more })
    expect(cancelled()).toEqual([])
  })

  it('of an emergency are left alone by what is none', async () => {
    const all = await plannedCampaign({ cause: { ...trigger, emergency: true } })
    await claimFor(all, image)
    await all.set(image, { imageArn })
    await planFor(all.ledger, nextRelease())
    await claimFor(all, image, { ...newer, ...cancelling })
    expect(cancelled()).toEqual([])
  })

  it('may have ended by themselves meanwhile', async () => {
    mock.on(CancelImageCreationCommand).rejects(Object.assign(new Error('no'), { name: 'InvalidRequestException' }))
    const all = await baking()
    await expect(claimFor(all, image, { ...newer, ...cancelling })).resolves.toEqual({})
  })
})

it('claims the same turn when it is tried again, with another token', async () => {
  const all = await plannedCampaign()
  for (const taskToken of ['first', 'second']) await claimFor(all, image, { taskToken })
  expect(all.granted).toEqual(['first', 'second'])
  expect(await claims(all)).toMatchObject({ held: [{ image }], queue: [] })
})
