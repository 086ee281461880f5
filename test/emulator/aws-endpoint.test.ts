import { ListStateMachinesCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callLine } from '../../emulator/services/types.ts'
import { allow, build, clientOptions, newWorld, roleWith, type Served, seedFleet, served } from './accounts.ts'

let world: Served

beforeEach(async () => {
  world = await served()
})

afterEach(() => world.close())

describe('the server', () => {
  const signed = (service: string) => ({
    authorization: `AWS4-HMAC-SHA256 Credential=key/20260901/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=x`,
  })

  it.each([
    ['a service that is not emulated', { headers: signed('s3') }, 501, 'the emulator does not emulate the service s3'],
    ['a request that is not signed', {}, 403, 'the request is not signed'],
    [
      'an operation that is not emulated',
      { method: 'GET', headers: signed('imagebuilder') },
      501,
      'does not emulate the request imagebuilder GET /',
    ],
    [
      'a body that is no JSON',
      { method: 'POST', headers: { ...signed('ssm'), 'x-amz-target': 'AmazonSSM.GetParameter' }, body: '{' },
      400,
      'not valid JSON',
    ],
  ])('refuses %s', async (_, init, status, message) => {
    const response = await fetch(world.url, init)
    expect(response.status).toBe(status)
    expect(await response.text()).toContain(message)
  })

  it('tells a mistake of its own from an error of AWS', async () => {
    world.aws.registerService('stepfunctions', {
      ListStateMachines: () => ({ stateMachines: [{ name: 'no arn' }] }),
    })
    const call = new SFNClient(clientOptions(world)).send(new ListStateMachinesCommand())
    await expect(call).rejects.toMatchObject({
      name: 'StandInMistake',
      message: expect.stringContaining('stateMachineArn'),
    })
  })

  it('stops when it is closed', async () => {
    const other = await served()
    await other.close()
    await expect(fetch(other.url)).rejects.toThrow()
  })
})

describe('a service from outside', () => {
  const machine = 'arn:aws:states:us-east-1:111111111111:stateMachine:golden-campaign'
  const start = { stateMachineArn: machine, name: 'one', input: '{}' }

  it('is checked, logged and served as ours are', async () => {
    const startDate = new Date('2026-09-01T12:00:00Z')
    world.aws.registerService('stepfunctions', {
      StartExecution: (input, { account }) => ({
        executionArn: `${input.stateMachineArn}/${account}`,
        startDate,
      }),
    })
    const principal = roleWith(world.aws, [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: machine }])
    const client = new SFNClient(clientOptions(world, principal))
    expect(await client.send(new StartExecutionCommand(start))).toMatchObject({ startDate })
    expect(world.aws.calls[0]).toMatchObject({
      service: 'stepfunctions',
      operation: 'StartExecution',
      input: start,
      output: { startDate: '2026-09-01T12:00:00.000Z' },
    })
    const other = client.send(new StartExecutionCommand({ ...start, stateMachineArn: `${machine}-other` }))
    await expect(other).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  it('throws errors of its model by their names', async () => {
    world.aws.registerService('stepfunctions', {
      StartExecution: () => {
        throw Object.assign(new Error('Execution Already Exists'), { name: 'ExecutionAlreadyExists' })
      },
    })
    const call = new SFNClient(clientOptions(world)).send(new StartExecutionCommand(start))
    await expect(call).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
      message: 'Execution Already Exists',
    })
  })
})

describe('calls without a socket', () => {
  it('answer a state machine in its own names', async () => {
    const { pipeline } = seedFleet(world)
    const principal = roleWith(world.aws, [allow('imagebuilder:*')])
    const call = (operation: string, input: object) =>
      world.aws.callFromStateMachine({ principal, service: 'imagebuilder', operation, input }) as Promise<
        Record<string, unknown>
      >
    const started = await call('StartImagePipelineExecution', {
      ImagePipelineArn: pipeline,
      ClientToken: 't',
    })
    const { Image } = await call('GetImage', { ImageBuildVersionArn: started.ImageBuildVersionArn })
    expect(Image).toMatchObject({ State: { Status: 'PENDING' }, SourcePipelineArn: pipeline })
    await expect(call('GetImage', { Colour: 'red' })).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining('2 validation errors detected: '),
    })
  })

  it('refuse what nothing emulates', async () => {
    const principal = world.aws.iam.operator()
    const call = world.aws.call({
      principal,
      service: 'stepfunctions',
      operation: 'ListExecutions',
      input: {},
    })
    await expect(call).rejects.toMatchObject({ name: 'UnsupportedFeature', status: 501 })
  })
})

it('writes a call with its members as the API has them, and no more', async () => {
  world.aws.attribution = 'base'
  const client = new SSMClient(clientOptions(world, roleWith(world.aws, [allow('ssm:*')])))
  await client.send(new PutParameterCommand({ Name: '/golden/a', Value: 'x', Type: 'String' }))
  await client.send(new GetParameterCommand({ Name: '/golden/b' })).catch(() => {})
  expect(world.aws.calls[0]).toMatchObject({ tag: 'base', account: build.account, region: 'us-east-1' })
  expect(world.aws.calls.map((call) => JSON.parse(callLine(call)))).toEqual([
    {
      time: '2026-09-01T12:00:00.000Z',
      principal: 'WorkerRole',
      service: 'ssm',
      operation: 'PutParameter',
      input: { Name: '/golden/a', Value: 'x', Type: 'String' },
      output: { Version: 1, Tier: 'Standard' },
    },
    {
      time: '2026-09-01T12:00:00.000Z',
      principal: 'WorkerRole',
      service: 'ssm',
      operation: 'GetParameter',
      input: { Name: '/golden/b' },
      error: { name: 'ParameterNotFound', message: 'Parameter /golden/b not found.' },
    },
  ])
})

it('gives one outcome for one seed', async () => {
  const run = async (seed: number) => {
    const { aws, clock, events } = newWorld(seed)
    const { pipeline } = seedFleet({ aws, clock, events })
    const principal = roleWith(aws, [allow('imagebuilder:*')])
    const input = { imagePipelineArn: pipeline, clientToken: 't' }
    await aws.call({
      principal,
      service: 'imagebuilder',
      operation: 'StartImagePipelineExecution',
      input,
    })
    clock.run()
    return {
      events,
      lines: aws.calls.map(callLine),
      ended: clock.now(),
      credentials: aws.credentialsFor(principal),
    }
  }
  expect(await run(1)).toEqual(await run(1))
  expect((await run(2)).ended).not.toBe((await run(1)).ended)
})
