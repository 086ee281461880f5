import { CancelImageCreationCommand, ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ImageState } from '../../domain/planning/fleet-state.ts'
import { campaignName, type Trigger } from '../../domain/triggers.ts'
import { type StoppedExecution, settle } from '../../functions/settle-execution/settle-execution.ts'
import { keyOf } from '../../ledger/keys.ts'
import { campaign, claimFor, executionOf, type Planned, parentAmi, plannedCampaign } from '../support/campaign.ts'
import { memoryLedger, seed } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'

const imageBuilder = mockOf(ImagebuilderClient)
beforeEach(() => {
  imageBuilder.reset()
  imageBuilder.on(CancelImageCreationCommand).resolves({})
})
const cancelled = () => imageBuilder.commandCalls(CancelImageCreationCommand).map((call) => call.args[0].input)
const settling = ({ parts: deps }: Planned, stopped: StoppedExecution) =>
  settle({ ...deps, imageBuilder: imageBuilder as unknown as ImagebuilderClient }, stopped)

const time = '2026-09-08T12:00:00Z'
type Detail = StoppedExecution['detail']
const ofRebake = (image: string, more: Partial<Detail> = {}): StoppedExecution => ({
  time,
  detail: {
    executionArn: executionOf(image),
    name: `${campaign}-${image}`,
    status: 'ABORTED',
    input: JSON.stringify({ campaign, image }),
    error: null,
    cause: null,
    ...more,
  },
})
const campaignArn = `arn:aws:states:us-west-2:111122223333:execution:golden-campaign:${campaign}`
const ofCampaign = (more: Partial<Detail> = {}): StoppedExecution =>
  ofRebake('', { executionArn: campaignArn, name: campaign, input: '{"trigger":{}}', ...more })

describe('a rebake that stopped', () => {
  it('is recorded as aborted, its descendants as skipped, and its claim goes to the next', async () => {
    const all = await plannedCampaign()
    for (const image of ['al2023-java', 'al2023-node']) await claimFor(all, image)
    await settling(all, ofRebake('al2023-java'))
    expect(await all.statuses()).toEqual({
      'al2023-hardened': 'planned',
      'al2023-java': 'aborted',
      'orders-api': 'skipped',
      'payments-api': 'skipped',
      'al2023-node': 'baking',
      'web-frontend': 'planned',
    })
    expect((await all.image('orders-api')).reason).toBe('it descends from al2023-java, which was stopped')
    expect(all.granted).toEqual(['token-al2023-java', 'token-al2023-node'])
    expect(all.reported).toEqual([expect.objectContaining({ subject: 'Failed: al2023-java was not released' })])
  })

  it.each<[Partial<Detail>, string, string]>([
    [{ status: 'ABORTED' }, 'aborted', 'its execution was stopped: the execution was aborted by a person'],
    [{ status: 'TIMED_OUT' }, 'failed', 'a step did not end in time: the execution timed out'],
    [{ status: 'FAILED' }, 'failed', 'a step failed in a way that Rebake does not know: the execution failed'],
    [
      { status: 'FAILED', error: 'BakeFailed', cause: 'exited with 1' },
      'failed',
      'its bake failed in Image Builder: exited with 1',
    ],
    [{ error: 'Oops', cause: 'wrong release' }, 'aborted', 'its execution was stopped: Oops: wrong release'],
  ])('%j: recorded as %s', async (detail, status, reason) => {
    const all = await plannedCampaign()
    await settling(all, ofRebake('al2023-java', detail))
    expect(await all.image('al2023-java')).toMatchObject({ status, reason, finishedAt: time })
  })

  it.each(['released', 'failed', 'skipped', 'superseded', 'aborted'] as const)(
    'changes nothing when it closed itself as %s',
    async (status) => {
      const all = await plannedCampaign()
      await all.set('al2023-java', { status })
      const before = await all.ledger.table.all(keyOf('campaign', { campaign }).pk)
      await settling(all, ofRebake('al2023-java'))
      expect(await all.ledger.table.all(keyOf('campaign', { campaign }).pk)).toEqual(before)
      expect([all.reported, all.published, all.counted]).toEqual([[], [], []])
    },
  )
})

describe('the bake of a rebake that stopped', () => {
  const imageArn = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-al2023-java/1.0.0/1'
  const failed = (name: string) => Object.assign(new Error(name), { name })

  it('is cancelled, under the same client token whenever it is tried', async () => {
    const all = await plannedCampaign()
    await all.set('al2023-java', { status: 'baking', imageArn })
    await settling(all, ofRebake('al2023-java'))
    await all.set('al2023-java', { status: 'baking' })
    await settling(all, ofRebake('al2023-java'))
    const [first, second] = cancelled()
    expect(first).toEqual({
      imageBuildVersionArn: imageArn,
      clientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(second).toEqual(first)
  })

  it.each(['candidate', 'released', 'failed', 'aborted'] as const)(
    'is left alone when the image is %s',
    async (status) => {
      const all = await plannedCampaign()
      await all.set('al2023-java', { status, imageArn })
      await settling(all, ofRebake('al2023-java'))
      expect(cancelled()).toEqual([])
    },
  )

  it.each(['InvalidRequestException', 'ResourceNotFoundException'])(
    'may have ended by itself meanwhile: %s',
    async (name) => {
      imageBuilder.on(CancelImageCreationCommand).rejects(failed(name))
      const all = await plannedCampaign()
      await all.set('al2023-java', { status: 'baking', imageArn })
      await settling(all, ofRebake('al2023-java'))
      expect((await all.image('al2023-java')).status).toBe('aborted')
    },
  )

  it('that cannot be cancelled for another reason fails loudly, so that the event is tried again', async () => {
    imageBuilder.on(CancelImageCreationCommand).rejects(failed('ForbiddenException'))
    const all = await plannedCampaign()
    await all.set('al2023-java', { status: 'baking', imageArn })
    await expect(settling(all, ofRebake('al2023-java'))).rejects.toThrow('ForbiddenException')
    expect(all.reported).toEqual([])
  })
})

describe('a campaign that stopped', () => {
  it('closes every root that nobody started, tells of each once, and is recorded as aborted', async () => {
    const all = await plannedCampaign()
    await settling(all, ofCampaign())
    expect(await all.statuses()).toEqual({
      'al2023-hardened': 'aborted',
      'al2023-java': 'skipped',
      'orders-api': 'skipped',
      'payments-api': 'skipped',
      'al2023-node': 'skipped',
      'web-frontend': 'skipped',
    })
    expect(await all.record()).toMatchObject({ status: 'aborted', finishedAt: time })
    const { 'al2023-hardened': root, ...others } = (await all.known()).images
    expect(root).toEqual({ attempt: expect.objectContaining({ parentAmi, givenUp: true }) })
    expect(Object.values(others)).toEqual(Array(5).fill({}))
    expect(all.reported.map(({ kind, about }) => `${kind} ${about.image ?? ''}`)).toEqual([
      'image-failed al2023-hardened',
      'campaign-finished ',
    ])
    expect(all.reported[0]?.links[0]?.url).toContain(campaignArn)
  })

  it.each(['al2023-java', 'aaa'])('leaves %s, which waits for a rebake under way, to that rebake', async (name) => {
    const all = await plannedCampaign()
    const { plan } = await all.image('al2023-java')
    await all.set('al2023-hardened', { status: 'baking', execution: executionOf('al2023-hardened') })
    await all.set(name, { image: name, status: 'planned', plan })
    await settling(all, ofCampaign({ status: 'FAILED' }))
    expect(await all.image(name)).toMatchObject({ status: 'planned' })
    await settling(all, ofRebake('al2023-hardened'))
    expect(await all.image(name)).toMatchObject({ status: 'skipped' })
    expect(all.reported.filter(({ kind }) => kind === 'image-failed')).toHaveLength(1)
  })

  it.each(['released', 'failed'] as const)('closes what its parent, which is %s, has not started', async (status) => {
    const all = await plannedCampaign()
    for (const image of ['al2023-hardened', 'al2023-node', 'web-frontend']) await all.set(image, { status: 'released' })
    await all.set('al2023-hardened', { status })
    await settling(all, ofCampaign({ status: 'FAILED', error: 'ImagesFailed', cause: '3 released' }))
    expect(await all.statuses()).toMatchObject({
      'al2023-java': 'failed',
      'orders-api': 'skipped',
      'payments-api': 'skipped',
      'web-frontend': 'released',
    })
    expect(all.reported.filter(({ kind }) => kind === 'image-failed')).toHaveLength(1)
  })

  it('takes along what is under way, and what that has not started, and says who cancelled it', async () => {
    const all = await plannedCampaign()
    const imageArn = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-al2023-java/1.0.0/1'
    await claimFor(all, 'al2023-hardened')
    await all.set('al2023-hardened', { status: 'candidate', version: '1.0.0/1' })
    await all.set('al2023-java', { status: 'baking', imageArn, execution: executionOf('al2023-java') })
    await settling(all, ofCampaign({ error: 'Cancelled', cause: 'cancelled by alice: wrong' }))
    expect(await all.statuses()).toEqual({
      'al2023-hardened': 'aborted',
      'al2023-java': 'aborted',
      'orders-api': 'skipped',
      'payments-api': 'skipped',
      'al2023-node': 'aborted',
      'web-frontend': 'skipped',
    })
    expect(cancelled()).toMatchObject([{ imageBuildVersionArn: imageArn }])
    expect((await all.image('al2023-java')).reason).toBe('it was stopped: cancelled by alice: wrong')
    expect(all.ledger.items.get('CLAIMS|CLAIMS')).toMatchObject({ held: [], queue: [] })
    const { subject, body } = all.reported.at(-1) ?? { subject: '', body: '' }
    expect(subject).toBe(`Cancelled: ${campaign}`)
    expect(body).toContain(
      'It was cancelled by alice: wrong. What was published before stays where it is: `npx --no-install rebake rollback IMAGE` takes it back.',
    )
    const reported = all.reported.length
    for (const image of ['al2023-hardened', 'al2023-java']) await settling(all, ofRebake(image))
    expect(all.reported).toHaveLength(reported)
  })

  it('closes a root whose parent is an image that is left as it is', async () => {
    const ledger = memoryLedger()
    const last: NonNullable<ImageState['last']> = {
      ami: parentAmi,
      version: '1.0.0/1',
      parentAmi,
      definition: 'd1',
      at: time,
      campaign: 'before',
    }
    await ledger.fleetState.change((known) => ({ ...known, images: { 'al2023-hardened': { last } } }))
    const cause: Trigger = { kind: 'manual', images: ['al2023-java'], time, reason: 'because' }
    const all = await plannedCampaign({ cause, ledger })
    expect(await all.statuses()).toMatchObject({ 'al2023-java': 'planned' })
    await settling(all, ofCampaign({ name: campaignName(cause) }))
    expect(await all.statuses()).toEqual({
      'al2023-java': 'aborted',
      'orders-api': 'skipped',
      'payments-api': 'skipped',
    })
  })

  it('while it waited for a freeze is reported as such, and its upstream is open no more', async () => {
    const all = await plannedCampaign()
    const upstream = {
      ami: parentAmi,
      amiName: 'soe',
      since: time,
      newest: { ami: parentAmi, created: time },
    }
    await all.ledger.fleetState.change(() => ({
      campaigns: 0,
      images: {},
      upstreams: { 'al2023-soe': { ...upstream, campaign, started: true, open: true } },
    }))
    for (const key of all.ledger.items.keys()) if (key.includes('IMAGE#')) all.ledger.items.delete(key)
    await all.ledger.table.set(keyOf('campaign', { campaign }), { status: 'waiting' })
    await settling(all, ofCampaign())
    expect(await all.record()).toMatchObject({ status: 'aborted' })
    expect((await all.known()).upstreams['al2023-soe']).toEqual({ ...upstream, campaign, started: true })
    expect(all.reported).toEqual([expect.objectContaining({ subject: `Finished with failures: ${campaign}` })])
  })

  it('changes nothing when it closed itself', async () => {
    const all = await plannedCampaign()
    for (const image of Object.keys(await all.statuses())) await all.set(image, { status: 'released' })
    await all.ledger.table.set(keyOf('campaign', { campaign }), { status: 'failed' })
    const before = await all.ledger.table.all(keyOf('campaign', { campaign }).pk)
    await settling(all, ofCampaign({ status: 'FAILED' }))
    expect(await all.ledger.table.all(keyOf('campaign', { campaign }).pk)).toEqual(before)
    expect(all.reported).toEqual([])
  })
})

it.each([[null], [undefined], ['{}']])('takes input %j as that of a campaign', async (input) => {
  const all = await plannedCampaign()
  await settling(all, ofCampaign({ input }))
  expect(await all.record()).toMatchObject({ status: 'aborted' })
})

describe('an operation that stopped', () => {
  const name = 'an-operation'
  const ofOperation = (machine: string) =>
    ofRebake('', {
      executionArn: `arn:aws:states:us-west-2:111122223333:execution:golden-${machine}:${name}`,
      name,
      status: 'TIMED_OUT',
      input: '{"image":"web"}',
    })

  it.each([
    ['revoke', 'revocation', 'release-revoked', 'Stopped half-way: revocation of web 1.0.0/2'],
    ['retire', 'retirement', 'retirement-report', 'Retirement not done everywhere: 1 problem'],
  ])('by %s is on record as failed, and reported once', async (machine, kind, reported, subject) => {
    const all = await plannedCampaign()
    const record = { operation: name, kind, execution: 'arn:aws:states:x', by: 'ada', status: 'running' }
    await seed(all.ledger, keyOf('operation', { operation: name }), {
      ...record,
      image: 'web',
      version: '1.0.0/2',
    } as object)
    for (const _ of [1, 2]) await settling(all, ofOperation(machine))
    expect(await all.ledger.table.get(keyOf('operation', { operation: name }))).toMatchObject({
      status: 'failed',
      finishedAt: time,
      problems: ['it stopped half-way: the execution timed out'],
    })
    expect(all.reported).toMatchObject([{ kind: reported, severity: 'error', subject }])
  })

  it('before it was planned has changed nothing', async () => {
    const all = await plannedCampaign()
    await settling(all, ofOperation('revoke'))
    expect(all.reported).toEqual([])
    expect(await all.ledger.table.get(keyOf('operation', { operation: name }))).toBeUndefined()
  })
})
