import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  DistributeImageCommand,
  GetImageCommand,
  GetImagePipelineCommand,
  ImagebuilderClient,
  RetryImageCommand,
  StartImagePipelineExecutionCommand,
  UpdateImagePipelineCommand,
} from '@aws-sdk/client-imagebuilder'
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterEach, describe, expect, it } from 'vitest'
import type { Readings } from '../../../../emulator/open-questions.ts'
import type { Outcome } from '../../../../emulator/services/imagebuilder/images.ts'
import { build, clientOptions, type Served, seedFleet, served, target } from '../../accounts.ts'

/** What AWS leaves open about what it tells of images, and when. */

const executionRole = `arn:aws:iam::${build.account}:role/golden-distribution`
let world: Served
afterEach(() => world.close())

async function begin(readings: Readings = {}) {
  world = await served(1, readings)
  const fleet = seedFleet(world)
  const client = new ImagebuilderClient(clientOptions(world))
  const get = async (arn: string) => (await client.send(new GetImageCommand({ imageBuildVersionArn: arn }))).image
  const start = async () =>
    (
      await client.send(
        new StartImagePipelineExecutionCommand({ imagePipelineArn: fleet.pipeline, clientToken: 'start' }),
      )
    ).imageBuildVersionArn ?? ''
  const distribute = async (sourceImage: string) => {
    const input = { distributionConfigurationArn: fleet.distribution, executionRole }
    const started = await client.send(new DistributeImageCommand({ ...input, sourceImage, clientToken: 'distribute' }))
    world.clock.run()
    return started.imageBuildVersionArn ?? ''
  }
  const retry = async (imageBuildVersionArn: string) => {
    await client.send(new RetryImageCommand({ imageBuildVersionArn, clientToken: 'retry' }))
    world.clock.run()
  }
  const reported = (arn: string) =>
    world.events
      .filter((event) => event['detail-type'].endsWith('Image State Change') && event.resources[0] === arn)
      .map(({ detail }) => (detail.state as { status: string }).status)
  const fails = (outcome: Outcome) => {
    world.aws.imagebuilder.outcome = ({ kind, attempt }) => (kind === 'distribution' && attempt === 1 ? outcome : {})
  }
  return { fleet, get, start, distribute, retry, reported, fails }
}

describe('a pipeline that is disabled', () => {
  const disable = async (fleet: ReturnType<typeof seedFleet>) => {
    const client = new ImagebuilderClient(clientOptions(world))
    const { imagePipeline = {} } = await client.send(new GetImagePipelineCommand({ imagePipelineArn: fleet.pipeline }))
    const { imageRecipeArn, infrastructureConfigurationArn } = imagePipeline
    const input = { imagePipelineArn: fleet.pipeline, imageRecipeArn, infrastructureConfigurationArn }
    await client.send(new UpdateImagePipelineCommand({ ...input, status: 'DISABLED', clientToken: 'disable' }))
  }

  it('is not started, read strictly', async () => {
    const { fleet, start } = await begin()
    await disable(fleet)
    await expect(start()).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidRequestException', message: expect.stringMatching(/is disabled/) }),
    )
  })

  it('is started, read leniently: it only has no schedule', async () => {
    const { fleet, start } = await begin({ 'disabled-pipelines': 'lenient' })
    await disable(fleet)
    expect(await start()).toMatch(/:image\//)
  })
})

const later = (seconds: number) => world.clock.run(world.clock.now() + seconds * 1000)

describe('answers that are late', () => {
  it('show a status first, and its AMIs after it', async () => {
    const { get, start } = await begin()
    world.aws.lateness = ({ kind }) => (kind === 'image' ? 60 : 0)
    const arn = await start()
    world.clock.run()
    const seen = async () => {
      const { state, outputResources } = (await get(arn)) ?? {}
      return [state?.status, outputResources?.amis?.length ?? 0]
    }
    expect(await seen()).toEqual(['INTEGRATING', 0])
    later(31)
    expect(await seen()).toEqual(['AVAILABLE', 0])
    later(30)
    expect(await seen()).toEqual(['AVAILABLE', 1])
  })

  it('are a second old at least, and three at the most, where the question is read strictly', async () => {
    const { get, start } = await begin()
    world.aws.lateness = () => undefined
    const arn = await start()
    world.clock.run()
    expect((await get(arn))?.outputResources?.amis ?? []).toEqual([])
    later(3)
    expect((await get(arn))?.outputResources?.amis).toHaveLength(1)
  })

  it('are none where it is read leniently', async () => {
    const { get, start } = await begin({ 'answers-lag-behind': 'lenient' })
    world.aws.lateness = () => undefined
    const arn = await start()
    world.clock.run()
    expect((await get(arn))?.outputResources?.amis).toHaveLength(1)
  })

  it('show neither an AMI that Image Builder made, nor a parameter that was written', async () => {
    const { start, get, fleet } = await begin()
    const arn = await start()
    world.aws.lateness = ({ kind }) => (kind === 'image' ? 0 : 7_200)
    world.clock.run()
    const [{ image: ami = '' } = {}] = (await get(arn))?.outputResources?.amis ?? []
    const describeIt = () =>
      new EC2Client(clientOptions(world)).send(new DescribeImagesCommand({ ImageIds: [ami] })).then(
        ({ Images = [] }) => Images.length,
        ({ name }: Error) => name,
      )
    const ssm = new SSMClient(clientOptions(world))
    const name = '/golden/images/base/parent'
    const read = async () => (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value
    await ssm.send(new PutParameterCommand({ Name: name, Value: 'new', Overwrite: true }))
    expect([await describeIt(), await read()]).toEqual(['InvalidAMIID.NotFound', fleet.parent.ImageId])
    later(7_200)
    expect([await describeIt(), await read()]).toEqual([1, 'new'])
  })
})

describe('a distribution', () => {
  it.each<[Readings, string[]]>([
    [{}, []],
    [
      { 'distributions-raise-events': 'lenient' },
      ['DISTRIBUTING', 'FAILED', 'DISTRIBUTING', 'INTEGRATING', 'AVAILABLE'],
    ],
  ])('and its retry, read as %j, raise %j', async (readings, expected) => {
    const { start, distribute, retry, reported, fails } = await begin(readings)
    const source = await start()
    world.clock.run()
    fails({ failedCopies: [{ account: target.account, reason: 'no key' }] })
    const arn = await distribute(source)
    await retry(arn)
    expect(reported(source).at(-1)).toBe('AVAILABLE')
    expect(reported(arn)).toEqual(expected)
  })

  it.each<[Readings, string]>([
    [{}, 'InvalidRequestException'],
    [{ 'retry-of-integration': 'lenient' }, 'AVAILABLE'],
  ])('that failed while INTEGRATING, read as %j, is retried: %s', async (readings, ending) => {
    const { start, distribute, retry, fails, get } = await begin(readings)
    const source = await start()
    world.clock.run()
    fails({ failsAt: 'INTEGRATING' })
    const arn = await distribute(source)
    const ended = await retry(arn).then(
      async () => (await get(arn))?.state?.status,
      ({ name }: Error) => name,
    )
    expect(ended).toBe(ending)
  })

  it.each<[Readings, Outcome, number]>([
    [{}, {}, 0],
    [{ 'failed-copies-in-context': 'lenient' }, {}, 1],
    [{ 'failed-copies-in-context': 'lenient' }, { silent: true }, 0],
  ])('read as %j, and with %j, lists %i copies that failed', async (readings, more, count) => {
    const { start, distribute, fails, get } = await begin(readings)
    const source = await start()
    world.clock.run()
    fails({ failedCopies: [{ account: target.account, reason: 'no key' }], ...more })
    const arn = await distribute(source)
    const { amis = [] } = (await get(arn))?.outputResources ?? {}
    expect(amis.filter(({ state }) => state?.status === 'FAILED')).toHaveLength(count)
    const { failureContext } = world.aws.imagebuilder.images.get(arn).image.state
    const copy = { region: 'us-east-1', status: 'FAILED', errorMessage: 'no key', targetAccountId: target.account }
    expect(failureContext?.distributionFailure?.regionFailures).toEqual(more.silent ? undefined : [copy])
  })
})

describe('a build that fails', () => {
  const contextOf = async (outcome: Outcome) => {
    const { start } = await begin()
    world.aws.imagebuilder.outcome = () => outcome
    const arn = await start()
    world.clock.run()
    const { status, reason, failureContext } = world.aws.imagebuilder.images.get(arn).image.state
    expect(status).toBe('FAILED')
    return { reason, failureContext }
  }

  it('names the component, by its build, and the step of the workflow', async () => {
    expect((await contextOf({ failsAt: 'BUILDING' })).failureContext).toEqual({
      imageStatus: 'BUILDING',
      failedStep: 'ApplyBuildComponents',
      componentFailure: {
        componentArn: `arn:aws:imagebuilder:us-east-1:${build.account}:component/golden-patch/1.0.0/1`,
        phaseName: 'build',
        errorMessage: 'exit status 1',
      },
    })
  })

  it('names no component where its instance was never there', async () => {
    const { reason, failureContext } = await contextOf({ unreachable: true })
    expect(reason).toContain('verifying the Systems Manager Agent availability')
    expect(failureContext).toEqual({ imageStatus: 'BUILDING', failedStep: 'LaunchBuildInstance' })
  })

  it('that failed before it began has the stage, and nothing more', async () => {
    expect((await contextOf({ failsAt: 'PENDING' })).failureContext).toEqual({ imageStatus: 'PENDING' })
  })
})
