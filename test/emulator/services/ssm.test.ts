import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallRecord } from '../../../emulator/services/types.ts'
import { allow, build, clientOptions, itFitsTheModels, roleWith, type Served, served } from '../accounts.ts'

let world: Served
let client: SSMClient
let ami: string

beforeEach(async () => {
  world = await served()
  client = new SSMClient(clientOptions(world, roleWith(world.aws, [allow('ssm:*', 'ec2:DescribeImages')])))
  ami = world.aws.ec2.addImage({ ...build, Name: 'golden-base 1' }).image.ImageId
  world.events.length = 0
})

const calls: CallRecord[] = []

afterEach(async () => {
  await world.close()
  calls.push(...world.aws.calls)
})

const put = (input: Partial<PutParameterCommandInput>) =>
  client.send(new PutParameterCommand({ Name: '/golden/a', Value: 'one', Type: 'String', ...input }))
const get = async (Name = '/golden/a') => (await client.send(new GetParameterCommand({ Name }))).Parameter

describe('the data type of a parameter', () => {
  const image = { Name: '/golden/image', DataType: 'aws:ec2:image', Overwrite: true }
  const nobodysImages = () =>
    new SSMClient(clientOptions(world, roleWith(world.aws, [allow('ssm:*')], { name: 'blind' })))

  it('stays what it is: a call without one means text, and is refused', async () => {
    await put({ ...image, Value: ami })
    const { DataType: _, ...untyped } = image
    await expect(put({ ...untyped, Value: ami })).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'The data type of /golden/image cannot change from aws:ec2:image to text.',
    })
    await put({ Name: '/golden/text', Value: 'one' })
    await expect(put({ ...image, Name: '/golden/text', Value: ami })).rejects.toThrow('from text to aws:ec2:image')
  })

  it('stays what it is without being named, where the question is read leniently', async () => {
    const lenient = await served(1, { 'omitted-data-type': 'lenient' })
    const ssm = new SSMClient(clientOptions(lenient))
    const { image: made } = lenient.aws.ec2.addImage({ ...build, Name: 'golden-base 1' })
    const { DataType: _, ...untyped } = image
    for (const input of [image, untyped])
      await ssm.send(new PutParameterCommand({ ...input, Type: 'String', Value: made.ImageId }))
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: image.Name }))
    expect(Parameter).toMatchObject({ DataType: 'aws:ec2:image', Version: 2 })
    await lenient.close()
  })

  it('takes the permission to look at AMIs, whether or not the call names it', async () => {
    await put({ ...image, Value: ami })
    const call = nobodysImages().send(
      new PutParameterCommand({ Name: image.Name, Value: ami, Type: 'String', DataType: 'text', Overwrite: true }),
    )
    await expect(call).rejects.toThrow(/ec2:DescribeImages/)
  })
})

describe('labels', () => {
  const label = (Labels: string[], ParameterVersion?: number) =>
    client.send(new LabelParameterVersionCommand({ Name: '/golden/a', Labels, ParameterVersion }))

  it('keep the oldest of a hundred versions, and so the next from coming', async () => {
    await put({})
    await label(['prod'], 1)
    for (let version = 2; version <= 100; version++) await put({ Value: `${version}`, Overwrite: true })
    await expect(put({ Value: '101', Overwrite: true })).rejects.toMatchObject({
      name: 'ParameterMaxVersionLimitExceeded',
    })
    expect(await get('/golden/a:prod')).toMatchObject({ Value: 'one', Version: 1 })
    await label(['prod'], 100)
    expect((await put({ Value: '101', Overwrite: true })).Version).toBe(101)
    const { Parameters = [] } = await client.send(new GetParameterHistoryCommand({ Name: '/golden/a', MaxResults: 1 }))
    expect(Parameters[0]).toMatchObject({ Version: 2 })
    expect(Parameters[0]).not.toHaveProperty('Labels')
  })

  it('are names, ten for a version at the most, and none of AWS', async () => {
    await put({})
    expect(await label(['prod', 'aws-1', '1st'])).toMatchObject({
      InvalidLabels: ['aws-1', '1st'],
      ParameterVersion: 1,
    })
    await expect(label(Array.from({ length: 10 }, (_, i) => `more${i}`))).rejects.toMatchObject({
      name: 'ParameterVersionLabelLimitExceeded',
    })
    await expect(label(['prod'], 7)).rejects.toMatchObject({ name: 'ParameterVersionNotFound' })
  })
})

describe('PutParameter', () => {
  it('makes versions, each of which can be had', async () => {
    expect(await put({ Description: 'first' })).toMatchObject({ Version: 1, Tier: 'Standard' })
    world.clock.run(world.clock.now() + 1500)
    expect((await put({ Value: 'two', Overwrite: true })).Version).toBe(2)
    expect(await get()).toEqual({
      Name: '/golden/a',
      Type: 'String',
      Value: 'two',
      Version: 2,
      DataType: 'text',
      ARN: 'arn:aws:ssm:us-east-1:111111111111:parameter/golden/a',
      LastModifiedDate: new Date('2026-09-01T12:00:01.500Z'),
    })
    expect(await get('/golden/a:1')).toMatchObject({ Value: 'one', Selector: ':1' })
    expect(await get('arn:aws:ssm:us-east-1:111111111111:parameter/golden/a')).toMatchObject({ Value: 'two' })
    const { Parameters } = await client.send(new GetParameterHistoryCommand({ Name: '/golden/a' }))
    expect(Parameters).toMatchObject([
      {
        Version: 1,
        Value: 'one',
        Description: 'first',
        LastModifiedUser: expect.stringContaining('assumed-role/worker'),
      },
      { Version: 2, Value: 'two', Description: 'first' },
    ])
    await expect(get('/golden/a:9')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' })
  })

  it('is an event', async () => {
    await put({ Description: 'first' })
    await put({ Overwrite: true, Value: 'two' })
    await client.send(new DeleteParameterCommand({ Name: '/golden/a' }))
    expect(world.events.map(({ detail }) => detail.operation)).toEqual(['Create', 'Update', 'Delete'])
    expect(world.events[0]).toMatchObject({
      version: '0',
      source: 'aws.ssm',
      'detail-type': 'Parameter Store Change',
      region: 'us-east-1',
      resources: ['arn:aws:ssm:us-east-1:111111111111:parameter/golden/a'],
      detail: { operation: 'Create', name: '/golden/a', type: 'String', description: 'first' },
    })
  })

  it.each<[string, Partial<PutParameterCommandInput>, string]>([
    ['an existing parameter', {}, 'ParameterAlreadyExists'],
    ['tags with overwrite', { Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] }, 'ValidationException'],
    ['a new parameter without a type', { Name: '/golden/b', Type: undefined }, 'ValidationException'],
    ['a name that is no path', { Name: 'golden/b' }, 'ValidationException'],
    ['AWS’s own names', { Name: '/aws/service/b' }, 'AccessDeniedException'],
    ['too long a value', { Name: '/golden/b', Value: 'x'.repeat(4097) }, 'ValidationException'],
    ['a change to the image data type', { Overwrite: true, DataType: 'aws:ec2:image' }, 'ValidationException'],
  ])('refuses %s', async (_, input, name) => {
    await put({})
    await expect(put(input)).rejects.toMatchObject({ name })
    expect((await get())?.Version).toBe(1)
  })

  it('succeeds for an AMI that is not there, and stores nothing: AWS checks later', async () => {
    const image = { Name: '/golden-images/base', DataType: 'aws:ec2:image', Overwrite: true }
    await put({ ...image, Value: ami })
    const absent = await put({ ...image, Value: 'ami-00000000000000000' })
    expect(absent.Version).toBe(2)
    expect(await get('/golden-images/base')).toMatchObject({
      Value: ami,
      Version: 1,
      DataType: 'aws:ec2:image',
    })
  })

  it('needs the right to look at AMIs for an AMI', async () => {
    const blind = new SSMClient(
      clientOptions(world, roleWith(world.aws, [allow('ssm:*')], { name: 'blind', logicalId: 'BlindRole' })),
    )
    const input = {
      Name: '/golden-images/base',
      Value: ami,
      Type: 'String',
      DataType: 'aws:ec2:image',
    } as const
    await expect(blind.send(new PutParameterCommand(input))).rejects.toThrow('ec2:DescribeImages')
  })
})

describe('reading', () => {
  beforeEach(async () => {
    for (const Name of ['/golden/a', '/golden/b', '/golden/deep/c', '/silver/d', 'plain']) await put({ Name })
  })

  it('finds some of several', async () => {
    const found = await client.send(new GetParametersCommand({ Names: ['/golden/a', '/nowhere', 'plain'] }))
    expect(found.Parameters?.map(({ Name }) => Name)).toEqual(['/golden/a', 'plain'])
    expect(found.InvalidParameters).toEqual(['/nowhere'])
    const all = await client.send(new GetParametersCommand({ Names: ['/golden/a'] }))
    expect(all.InvalidParameters ?? []).toEqual([])
  })

  it.each([
    [{ Path: '/golden' }, ['/golden/a', '/golden/b']],
    [{ Path: '/golden/', Recursive: true }, ['/golden/a', '/golden/b', '/golden/deep/c']],
    [{ Path: '/gold' }, []],
  ])('lists the path %j', async (input, expected) => {
    const { Parameters } = await client.send(new GetParametersByPathCommand(input))
    expect(Parameters?.map(({ Name }) => Name)).toEqual(expected)
  })

  it('has pages', async () => {
    const { Parameters, NextToken } = await client.send(
      new GetParametersByPathCommand({ Path: '/', Recursive: true, MaxResults: 3 }),
    )
    const rest = await client.send(
      new GetParametersByPathCommand({ Path: '/', Recursive: true, MaxResults: 3, NextToken }),
    )
    expect([Parameters?.length, rest.Parameters?.length, rest.NextToken]).toEqual([3, 1, undefined])
  })

  it.each([
    ['BeginsWith', '/golden', ['/golden/a', '/golden/b', '/golden/deep/c']],
    ['Contains', 'd', ['/golden/a', '/golden/b', '/golden/deep/c', '/silver/d']],
    ['Equals', '/silver/d', ['/silver/d']],
  ])('describes names by %s', async (Option, value, expected) => {
    const ParameterFilters = [{ Key: 'Name', Option, Values: [value] }]
    const { Parameters } = await client.send(new DescribeParametersCommand({ ParameterFilters }))
    expect(Parameters?.map(({ Name }) => Name)).toEqual(expected)
  })

  it('keeps accounts and regions apart', async () => {
    const elsewhere = new SSMClient(clientOptions(world, undefined, 'eu-west-1'))
    await expect(elsewhere.send(new GetParameterCommand({ Name: '/golden/a' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
    })
    expect(world.aws.ssm.valueOf('/golden/a', { account: '222222222222', region: 'us-east-1' })).toBeUndefined()
  })

  it('keeps tags', async () => {
    const resource = { ResourceType: 'Parameter', ResourceId: '/golden/a' } as const
    await client.send(new AddTagsToResourceCommand({ ...resource, Tags: [{ Key: 'Fleet', Value: 'golden' }] }))
    const { TagList } = await client.send(new ListTagsForResourceCommand(resource))
    expect(TagList).toEqual([{ Key: 'Fleet', Value: 'golden' }])
  })
})

describe('a public parameter', () => {
  const Name = '/aws/service/ami-amazon-linux-latest/al2023'
  const ARN = `arn:aws:ssm:us-east-1::parameter${Name}`
  beforeEach(() => world.aws.ssm.seed({ account: '', region: build.region }, { name: Name, value: ami }))

  it('is the same one for every account of its region, and of no account', async () => {
    expect(await get(Name)).toMatchObject({ Name, Value: ami, ARN })
    const other = new SSMClient({
      ...clientOptions(world),
      credentials: { accessKeyId: '222222222222', secretAccessKey: 'any' },
    })
    const { Parameter } = await other.send(new GetParameterCommand({ Name }))
    expect(Parameter).toMatchObject({ Value: ami, ARN })
    expect(world.aws.ssm.valueOf(Name, { ...build, region: 'eu-west-1' })).toBeUndefined()
  })

  it.each([
    [`arn:aws:ssm:us-east-1::parameter${Name}`, true],
    [`arn:aws:ssm:us-east-1:111111111111:parameter${Name}`, false],
  ])('is read where a policy allows %s: %s', async (Resource, allowed) => {
    const statement = { Effect: 'Allow', Action: 'ssm:GetParameter', Resource } as const
    const reader = roleWith(world.aws, [statement], { name: 'reader', logicalId: 'ReaderRole' })
    const read = new SSMClient(clientOptions(world, reader)).send(new GetParameterCommand({ Name }))
    if (allowed) expect((await read).Parameter?.Value).toBe(ami)
    else await expect(read).rejects.toThrow('is not authorized to perform: ssm:GetParameter')
  })

  it('is listed under its own path, and not among an account’s parameters', async () => {
    const list = async (Path: string) =>
      (await client.send(new GetParametersByPathCommand({ Path, Recursive: true }))).Parameters
    expect(await list('/aws/service/ami-amazon-linux-latest')).toMatchObject([{ Name }])
    expect(await list('/')).toEqual([])
  })

  it('changes without an event, and nobody may put one', async () => {
    world.aws.ssm.seed({ account: '', region: build.region }, { name: Name, value: 'ami-1' })
    expect(world.events).toEqual([])
    await expect(put({ Name, Overwrite: true })).rejects.toThrow('No access to reserved parameter name')
  })
})

it.each([
  ['is reported', {}, ['Create']],
  ['is not reported where somebody else tells', { unannounced: true }, []],
])('a parameter that is put there without a call %s', (_, more, operations) => {
  world.aws.ssm.seed(build, { name: '/soe/base', value: ami, ...more })
  expect(world.events.map(({ detail }) => detail.operation)).toEqual(operations)
  world.aws.ssm.forget(build, '/soe/base')
  expect(world.aws.ssm.valueOf('/soe/base', build)).toBeUndefined()
  expect(world.events).toHaveLength(operations.length)
})

itFitsTheModels(() => calls)
