import {
  CancelImageCreationCommand,
  GetImagePipelineCommand,
  ImagebuilderClient,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { beforeEach, describe, expect, it } from 'vitest'
import { startBake } from '../../functions/start-bake/start-bake.ts'
import {
  campaign,
  claimFor,
  executionOf,
  imageBuilderArnPrefix,
  nextCampaign,
  nextRelease,
  type Planned,
  parentAmi,
  planFor,
  plannedCampaign,
  trigger,
} from '../support/campaign.ts'
import { exampleFleet } from '../support/fleets.ts'
import { mockOf } from '../support/mocks.ts'

const mock = mockOf(ImagebuilderClient)
const imageBuilder = mock as unknown as ImagebuilderClient
const ssmMock = mockOf(SSMClient)
const ssm = ssmMock as unknown as SSMClient
const image = 'al2023-java'
const imageArn = `${imageBuilderArnPrefix}:image/golden-al2023-java/1.0.0/1`
const time = '2026-09-08T11:00:00Z'
const request = {
  execution: executionOf(image),
  time,
  campaign,
  image,
  parentAmi,
}
const freeze = { reason: 'audit', from: '2026-09-08T00:00', to: '2026-09-09T00:00', timezone: 'UTC' }
const frozen = { ...exampleFleet(), freezes: { audit: { ...freeze, images: ['al2023-*'] } } }
const starting = ({ parts: deps }: Planned, more: object = {}) =>
  startBake({ ...deps, fleet: exampleFleet(), imageBuilder, ssm, ...more }, { ...request, ...more })
const started = () => mock.commandCalls(StartImagePipelineExecutionCommand).map((call) => call.args[0].input)
const cancelled = () =>
  mock.commandCalls(CancelImageCreationCommand).map((call) => call.args[0].input.imageBuildVersionArn)

beforeEach(() => {
  mock.reset()
  ssmMock.reset()
  ssmMock.on(PutParameterCommand).resolves({})
  mock.on(StartImagePipelineExecutionCommand).resolves({ imageBuildVersionArn: imageArn })
  mock.on(CancelImageCreationCommand).resolves({})
})

/** A campaign whose al2023-java has its lock. */
const underWay = async (emergency = false) => {
  const all = await plannedCampaign({ cause: { ...trigger, emergency } })
  await claimFor(all, image)
  return all
}

describe('start-bake', () => {
  it('is remembered from its start on, and waits for nothing that was said of a build with its number before', async () => {
    const all = await underWay()
    const { releases, waits } = all.ledger
    const before = {
      image,
      version: '1.0.0/1',
      imageArn,
      parentAmi: 'ami-0',
      campaign: 'before',
      startedAt: '2026-08-01',
    }
    await releases.recordBakeEnded({ ...before, amis: ['ami-1'], ended: { at: time, as: 'failed', reason: '' } })
    await waits.recordOutcome(imageArn, { status: 'DELETED' }, time)
    await starting(all)
    expect(await releases.readBakes([image])).toEqual([
      { image, version: '1.0.0/1', imageArn, parentAmi, campaign, startedAt: time },
    ])
    // A repeat forgets nothing of its own.
    await waits.recordOutcome(imageArn, { status: 'FAILED' }, time)
    await starting(all)
    expect(await waits.forget(imageArn)).toEqual({ status: 'FAILED' })
  })

  it('starts the pipeline under the same client token whenever it is tried', async () => {
    const all = await underWay()
    expect(await starting(all)).toEqual({ imageArn })
    await starting(all)
    const [first, second] = started()
    expect(first).toEqual({
      imagePipelineArn: `${imageBuilderArnPrefix}:image-pipeline/golden-al2023-java`,
      clientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      tags: { 'rebake:campaign': campaign, 'rebake:image': image, 'rebake:parent-ami': parentAmi },
    })
    expect(second).toEqual(first)
  })

  it('pins the parent first, in the parameter that the recipe names', async () => {
    const all = await underWay()
    ssmMock.on(PutParameterCommand).callsFake(() => expect(started()).toEqual([]))
    await starting(all)
    expect(ssmMock.commandCalls(PutParameterCommand).map((call) => call.args[0].input)).toEqual([
      {
        Name: '/golden/images/al2023-java/parent',
        Value: parentAmi,
        Type: 'String',
        DataType: 'text',
        Overwrite: true,
      },
    ])
  })

  it.each([
    ['ValidationException', 'The data type cannot change from aws:ec2:image to text'],
    ['AccessDeniedException', 'not authorized to perform ec2:DescribeImages'],
    ['ParameterMaxVersionLimitExceeded', 'Version 1 has a label'],
  ])('says which parameter it is where the parent cannot be pinned: %s', async (name, message) => {
    ssmMock.on(PutParameterCommand).rejects(Object.assign(new Error(message), { name }))
    await expect(starting(await underWay())).rejects.toMatchObject({
      name: 'ParentNotPinned',
      message: expect.stringContaining('/golden/images/al2023-java/parent'),
    })
    expect(started()).toEqual([])
  })

  it('leaves what another try may fix to that', async () => {
    ssmMock.on(PutParameterCommand).rejects(Object.assign(new Error('slowly'), { name: 'ThrottlingException' }))
    await expect(starting(await underWay())).rejects.toMatchObject({ name: 'ThrottlingException' })
  })

  it('records which image is baked, and that it was begun', async () => {
    const all = await underWay()
    await starting(all)
    const known = await all.known()
    await starting(all)
    expect(await all.known()).toEqual(known)
    expect(await all.image(image)).toMatchObject({ status: 'baking', imageArn, parentAmi })
    expect(known.images[image]?.attempt).toEqual({
      parentAmi,
      definition: 'd1',
      campaign,
      at: time,
      tries: 1,
    })
  })

  it('fails loudly when Image Builder names no image', async () => {
    mock.on(StartImagePipelineExecutionCommand).resolves({})
    await expect(starting(await underWay())).rejects.toThrow(`image-pipeline/golden-al2023-java and named no image`)
  })

  it('says so where a deployment has removed the pipeline', async () => {
    const missing = Object.assign(new Error('does not exist'), { name: 'ResourceNotFoundException' })
    mock.on(StartImagePipelineExecutionCommand).rejects(missing)
    await expect(starting(await underWay())).rejects.toMatchObject({
      name: 'PipelineMissing',
      message: expect.stringContaining('there is no pipeline arn:aws'),
    })
  })

  it.each<[string, string, object, object]>([
    [
      'that somebody disabled the pipeline',
      'InvalidRequestException',
      { imagePipeline: { status: 'DISABLED' } },
      { name: 'PipelineDisabled', message: expect.stringMatching(/^the pipeline arn:aws.* is disabled$/) },
    ],
    [
      'what else is refused',
      'InvalidRequestException',
      { imagePipeline: { status: 'ENABLED' } },
      { name: 'InvalidRequestException', message: 'refused' },
    ],
    [
      'to try again, without a question, what another try may fix',
      'TooManyRequestsException',
      { imagePipeline: { status: 'DISABLED' } },
      { name: 'TooManyRequestsException', message: 'refused' },
    ],
  ])('says %s', async (_, name, pipeline, expected) => {
    mock.on(StartImagePipelineExecutionCommand).rejects(Object.assign(new Error('refused'), { name }))
    mock.on(GetImagePipelineCommand).resolves(pipeline)
    await expect(starting(await underWay())).rejects.toMatchObject(expected)
  })

  it('says what was refused where nobody may read the pipeline', async () => {
    const denied = (name: string) => Object.assign(new Error(name), { name })
    mock.on(StartImagePipelineExecutionCommand).rejects(denied('ForbiddenException'))
    mock.on(GetImagePipelineCommand).rejects(denied('AccessDeniedException'))
    await expect(starting(await underWay())).rejects.toThrow('ForbiddenException')
  })

  it('records nothing of a bake that was refused', async () => {
    const quota = Object.assign(new Error('quota'), { name: 'ServiceQuotaExceededException' })
    mock.on(StartImagePipelineExecutionCommand).rejects(quota)
    const all = await underWay()
    await expect(starting(all)).rejects.toThrow('quota')
    expect((await all.known()).images[image]?.attempt).toBeUndefined()
  })
})

describe('while a freeze or a window forbids it', () => {
  const until = '2026-09-09T00:00:00.000Z'
  const why = "freeze 'audit' (audit) until Wed 9 Sep 2026 00:00 UTC"
  const refused = { name: 'OutsideChangeWindow', data: { opensAt: until, reasons: [why] } }

  it('starts nothing, says until when, and lets others have its lock', async () => {
    const all = await underWay()
    await claimFor(all, 'al2023-node')
    await expect(starting(all, { fleet: frozen })).rejects.toMatchObject(refused)
    expect(started()).toEqual([])
    expect(all.granted).toEqual([`token-${image}`, 'token-al2023-node'])
    expect(await all.image(image)).toMatchObject({ status: 'waiting', waiting: { until, reasons: [why] } })
  })

  it('tells once of all images of a campaign that wait until then, and again of another time', async () => {
    const all = await underWay()
    const wait = (more: object) => expect(starting(all, { fleet: frozen, ...more })).rejects.toThrow()
    await wait({})
    await wait({})
    await wait({ image: 'al2023-node' })
    expect(all.reported.map(({ subject }) => subject)).toEqual(['Waiting until 2026-09-09 00:00 UTC: al2023-java'])
    const longer = { ...frozen, freezes: { audit: { ...freeze, to: '2026-09-10T00:00' } } }
    await wait({ fleet: longer })
    expect(all.reported).toHaveLength(2)
  })

  it('bakes when the time has come, under the lock that it takes again', async () => {
    const all = await underWay()
    await expect(starting(all, { fleet: frozen })).rejects.toThrow()
    await claimFor(all, image, { time: until, taskToken: 'again' })
    expect(all.granted).toEqual([`token-${image}`, 'again'])
    expect(await starting(all, { fleet: frozen, time: until })).toEqual({ imageArn })
    expect((await all.image(image)).status).toBe('baking')
  })

  it('lets an emergency pass', async () => {
    expect(await starting(await underWay(true), { fleet: frozen })).toEqual({ imageArn })
  })
})

describe('a newer campaign that cancels bakes', () => {
  const cancelling = { fleet: { ...exampleFleet(), supersede: 'cancel' as const } }
  const withNext = async (emergency = false) => {
    const all = await underWay(emergency)
    await planFor(all.ledger, nextRelease())
    await claimFor(all, image, { campaign: nextCampaign, supersede: 'cancel', imageBuilder })
    expect(cancelled()).toEqual([])
    return all
  }

  it('and came before there was anything to cancel, has its way', async () => {
    const all = await withNext()
    await expect(starting(all, cancelling)).rejects.toMatchObject({
      name: 'Superseded',
      message: `superseded by campaign ${nextCampaign}`,
    })
    expect(cancelled()).toEqual([imageArn])
  })

  it('has no way with an emergency, unless it is one', async () => {
    expect(await starting(await withNext(true), cancelling)).toEqual({ imageArn })
    expect(cancelled()).toEqual([])
  })

  it('waits where the fleet says so', async () => {
    expect(await starting(await withNext())).toEqual({ imageArn })
    expect(cancelled()).toEqual([])
  })

  it('is of this image, and waits for it: nobody else has to give way', async () => {
    const all = await underWay()
    await planFor(all.ledger, nextRelease())
    await claimFor(all, 'al2023-node', { campaign: nextCampaign })
    expect(await starting(all, cancelling)).toEqual({ imageArn })
  })
})
