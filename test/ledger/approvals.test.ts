import { GetImageCommand, ImagebuilderClient, ListImagePackagesCommand } from '@aws-sdk/client-imagebuilder'
import { beforeEach, describe, expect, it } from 'vitest'
import { answerApproval } from '../../functions/answer-approval/answer-approval.ts'
import { requestApproval } from '../../functions/request-approval/request-approval.ts'
import { requireApproval } from '../../functions/workflow/approval-guard.ts'
import { keyOf } from '../../ledger/keys.ts'
import { campaign, claimFor, executionOf, imageBuilderArnPrefix, plannedCampaign } from '../support/campaign.ts'
import { mockOf } from '../support/mocks.ts'

const imageBuilder = mockOf(ImagebuilderClient)
beforeEach(() => {
  imageBuilder.reset()
  imageBuilder.on(GetImageCommand).resolves({ image: {} })
  imageBuilder.on(ListImagePackagesCommand).resolves({ imagePackageList: [] })
})
const image = 'al2023-hardened'
const ring = 'everyone'
const managers = 'arn:aws:iam::111122223333:role/managers'
const alice = 'arn:aws:sts::111122223333:assumed-role/managers/alice'
const bob = alice.replace('alice', 'bob')
const time = '2026-09-08T11:00:00Z'
const later = '2026-09-08T12:00:00Z'
const ami = 'ami-0b0b0b0b0b0b0b0b0'

/** A candidate whose second ring asks for an approval. */
async function candidate() {
  const planned = await plannedCampaign()
  const { ledger, parts: deps } = planned
  const { order } = await planned.image(image)
  if (!order) throw new Error('no order')
  const approval = { approvers: [managers], timeout: 172_800 }
  const rings = order.rings.map((each) => (each.ring === ring ? { ...each, approval } : each))
  await claimFor(planned, image)
  await claimFor(planned, image, { stage: 'roll-out' })
  const imageArn = `${imageBuilderArnPrefix}:image/golden-${image}/1.0.0/1`
  await planned.set(image, {
    order: { ...order, rings },
    status: 'candidate',
    ami,
    version: '1.0.0/1',
    imageArn,
  })
  planned.granted.length = 0
  return {
    ...planned,
    request: (taskToken = 'token', at = time, name = ring) =>
      requestApproval(
        { ...deps, imageBuilder: imageBuilder as unknown as ImagebuilderClient },
        {
          taskToken,
          execution: executionOf(image),
          time: at,
          campaign,
          image,
          ring: name,
        },
      ),
    answer: (answer: 'approve' | 'reject' = 'approve', by = alice, more: { ring?: string; time?: string } = {}) =>
      answerApproval(deps, {
        campaign,
        image,
        ring,
        by,
        time: later,
        reason: 'too big',
        answer,
        ...more,
      }),
    item: () => ledger.table.get(keyOf('approval', { campaign, image, ring })),
    mayGo: (name = ring) => {
      const of = rings.find((each) => each.ring === name)
      return requireApproval(ledger, { campaign, image }, of ?? { ring: name })
    },
  }
}

describe('request-approval', () => {
  it('asks people once, and waits', async () => {
    const { request, reported, item, granted, superseded } = await candidate()
    await request()
    await request('second token', '2026-09-08T11:00:09Z')
    expect(reported).toHaveLength(1)
    expect(reported[0]?.body).toContain(`${image} 1.0.0/1 (${ami}) waits for approval`)
    expect(reported[0]?.body).toContain('Until 2026-09-10 11:00 UTC')
    expect(await item()).toMatchObject({
      campaign,
      image,
      ring,
      approvers: [managers],
      requestedAt: time,
      told: true,
      until: '2026-09-10T11:00:00.000Z',
    })
    expect([...granted, ...superseded]).toEqual([])
  })

  it('asks again where it died before it had', async () => {
    const { request, reported, parts: deps } = await candidate()
    const { notify } = deps
    deps.notify = () => Promise.reject(new Error('SNS is away'))
    await expect(request()).rejects.toThrow('SNS is away')
    deps.notify = notify
    await request()
    expect(reported).toHaveLength(1)
  })

  it('tells of a promotion what the checks found when it was baked', async () => {
    const { request, reported, set, image: read, ledger } = await candidate()
    const { order } = await read(image)
    if (!order) throw new Error('no order')
    await set(image, { order: { ...order, promotes: { bakedBy: 'before', newest: 'before' } } })
    const [check] = order.checks
    const evidence = { passed: true, mode: 'required' as const, results: [], startedAt: time, finishedAt: time }
    await ledger.campaigns.recordEvidence('before', image, { check: check?.check ?? '', ...evidence })
    await request()
    expect(reported[0]?.body).toContain(`Checks: ${check?.check} passed`)
  })

  it('says what it could not find out', async () => {
    const { request, reported } = await candidate()
    imageBuilder.on(GetImageCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }))
    await request()
    expect(reported[0]?.body).toContain('What changed is not known: AccessDeniedException: no')
  })

  it('is tried again where Image Builder is away', async () => {
    const { request, reported } = await candidate()
    imageBuilder.on(GetImageCommand).rejects(Object.assign(new Error('no'), { name: 'ServiceException' }))
    await expect(request()).rejects.toMatchObject({ name: 'ServiceException' })
    expect(reported).toEqual([])
  })

  it('is for rings that ask for one', async () => {
    const { request } = await candidate()
    await expect(request('token', time, 'early')).rejects.toThrow('asks for no approval for ring early')
  })
})

describe('answer-approval', () => {
  it('lets the image go on', async () => {
    const { request, answer, item, granted, mayGo } = await candidate()
    await request()
    await expect(mayGo()).rejects.toMatchObject({ name: 'ApprovalNeeded' })
    expect(await answer()).toEqual({ as: 'approved', by: alice, at: later, reason: 'too big' })
    expect((await item())?.answer).toMatchObject({ as: 'approved', by: alice, at: later })
    expect(granted).toEqual(['token'])
    await mayGo()
  })

  it('stops the image, with the reason', async () => {
    const { request, answer, superseded, mayGo } = await candidate()
    await request()
    await answer('reject')
    expect(superseded).toEqual([`token: rejected by ${alice}: too big`])
    await expect(mayGo()).rejects.toMatchObject({ name: 'ApprovalNeeded' })
  })

  it('takes the same answer again, and hands it on again', async () => {
    const { request, answer, item, granted } = await candidate()
    await request()
    await answer()
    expect(await answer('approve', alice, { time: '2026-09-09T12:00:00Z' })).toMatchObject({ at: later })
    expect((await item())?.answer?.at).toBe(later)
    expect(granted).toEqual(['token', 'token'])
  })

  it.each([
    ['the other answer of another', 'reject', bob],
    ['the same answer of another', 'approve', bob],
    ['another answer of the same', 'reject', alice],
  ] as const)('refuses %s, and says by whom and when it was answered', async (_, other, by) => {
    const { request, answer, granted, superseded } = await candidate()
    await request()
    await answer()
    await expect(answer(other, by)).rejects.toMatchObject({
      name: 'RequestRefused',
      message: `${image} for ring ${ring} in campaign ${campaign} was approved by ${alice} at ${later}`,
    })
    expect([granted, superseded]).toEqual([['token'], []])
  })

  it('lets one of two win that answer at once', async () => {
    const { request, answer, item, granted, superseded } = await candidate()
    await request()
    const answers = await Promise.allSettled([answer('reject', bob), answer('approve', alice)])
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect([...granted, ...superseded]).toHaveLength(1)
    expect((await item())?.answer?.as).toBe(granted.length === 1 ? 'approved' : 'rejected')
  })

  it('takes no answer from anybody who may not', async () => {
    const { request, answer, item } = await candidate()
    await request()
    const mallory = 'arn:aws:iam::111122223333:user/mallory'
    await expect(answer('approve', mallory)).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining(`${mallory} may not approve or reject ${image} for ring ${ring}`),
    })
    expect((await item())?.answer).toBeUndefined()
  })

  it('takes no answer that nobody asked for', async () => {
    const { answer } = await candidate()
    await expect(answer()).rejects.toMatchObject({
      name: 'RequestRefused',
      message: `nobody has asked for an approval of ${image} for ring ${ring} in campaign ${campaign}`,
    })
  })

  it('is too late when the rebake has ended, which the ledger then says', async () => {
    const { request, answer, item, set, mayGo, granted } = await candidate()
    await request()
    await set(image, { status: 'failed', reason: 'nobody approved it' })
    for (const each of ['approve', 'reject'] as const)
      await expect(answer(each)).rejects.toMatchObject({
        name: 'RequestRefused',
        message: `the approval of ${image} for ring ${ring} in campaign ${campaign} is over: the rebake has ended, failed: nobody approved it`,
      })
    expect((await item())?.answer).toEqual({ as: 'expired', at: later })
    expect(granted).toEqual([])
    await expect(mayGo()).rejects.toMatchObject({ name: 'ApprovalNeeded' })
  })

  it('waits for the token where the answer is faster', async () => {
    const { request, answer, granted, ledger } = await candidate()
    await request('first token')
    ledger.items.delete(`WAIT#approval/${campaign}/${image}/${ring}|WAIT`)
    await answer()
    expect(granted).toEqual([])
    await request('second token')
    expect(granted).toEqual(['second token'])
  })
})

describe('what waits for an approval', () => {
  it('is listed until it is answered', async () => {
    const { ledger, request, answer } = await candidate()
    expect(await ledger.campaigns.readOpenApprovals(await ledger.locks.read())).toEqual([])
    await request()
    expect(await ledger.campaigns.readOpenApprovals(await ledger.locks.read())).toMatchObject([
      { campaign, image, ring, ami, version: '1.0.0/1' },
    ])
    await answer()
    expect(await ledger.campaigns.readOpenApprovals(await ledger.locks.read())).toEqual([])
  })

  it('is not listed where the rebake has ended', async () => {
    const { ledger, request, set } = await candidate()
    await request()
    await set(image, { status: 'failed' })
    expect(await ledger.campaigns.readOpenApprovals(await ledger.locks.read())).toEqual([])
  })
})

it('lets an image pass where the ring asks for no approval', async () => {
  const { mayGo } = await candidate()
  await mayGo('early')
})
