import { afterEach, describe, expect, it } from 'vitest'
import { createWorld, Random, type Readings, type Template, VirtualClock, type World } from '../../../emulator/index.ts'
import { bundle } from './bundles.ts'

type Resources = Template['Resources']

const place = { account: '111122223333', region: 'us-west-2', stack: 'golden' }
const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

/** Deploys as often as asked in one world. */
async function account(readings?: Readings) {
  const clock = new VirtualClock(Date.parse('2026-09-01T06:00:00Z'))
  const { account: owner, region } = place
  const world = await createWorld({ clock, random: new Random(1), account: owner, region, readings })
  worlds.push(world)
  const ask = async (work: Promise<unknown>) => {
    const settled = Promise.allSettled([work])
    await clock.run()
    const [result] = await settled
    if (result.status === 'rejected') throw result.reason
    return result.value
  }
  const call = (service: string, operation: string, input = {}) =>
    ask(world.aws.call({ principal: world.aws.iam.operator(), service, operation, input })) as Promise<never>
  return {
    world,
    ask,
    call,
    deploy: (resources: Resources, bundles = {}) => ask(world.deploy({ Resources: resources }, place, { bundles })),
    destroy: () => ask(world.destroy(place)),
    status: () => world.stack(place)?.status,
    tables: async () => ((await call('dynamodb', 'ListTables')) as { TableNames: string[] }).TableNames,
  }
}

const table = (o: Partial<Template['Resources'][string]> = {}, properties = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'golden-ledger',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    ...properties,
  },
  ...o,
})
const queue = (name?: string) => ({
  Type: 'AWS::SQS::Queue',
  Properties: name === undefined ? {} : { QueueName: name },
})
/** What no deployment survives: a policy for a role that is not there. */
const broken = (DependsOn?: string[]) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyDocument: { Statement: [] }, Roles: ['nobody'] },
  ...(DependsOn && { DependsOn }),
})

describe('a first deployment that fails', () => {
  it.each([
    ['deletes what it made', undefined, []],
    ['deletes what is retained but for its creation', 'RetainExceptOnCreate' as const, []],
    ['leaves what is retained', 'Retain' as const, ['golden-ledger']],
  ])('%s', async (_, DeletionPolicy, left) => {
    const { deploy, status, tables } = await account()
    const resources = { Ledger: table(DeletionPolicy && { DeletionPolicy }), Last: broken(['Ledger']) }
    await expect(deploy(resources)).rejects.toThrow('deploying Last failed: Last: there is no role nobody')
    expect(status()).toBe('ROLLBACK_COMPLETE')
    expect(await tables()).toEqual(left)
    const again = deploy({ Ledger: resources.Ledger })
    if (left.length > 0) await expect(again).rejects.toThrow("identifier 'golden-ledger' already exists")
    else await again
  })

  it('cannot delete a table that is protected against that', async () => {
    const { deploy, status, tables } = await account()
    const Ledger = table({ DeletionPolicy: 'RetainExceptOnCreate' }, { DeletionProtectionEnabled: true })
    await expect(deploy({ Ledger, Last: broken(['Ledger']) })).rejects.toThrow('there is no role')
    expect(status()).toBe('ROLLBACK_FAILED')
    expect(await tables()).toEqual(['golden-ledger'])
    await expect(deploy({ Ledger })).rejects.toThrow("identifier 'golden-ledger' already exists")
  })
})

describe('a second deployment', () => {
  it('keeps what the template says as before, and what is in it', async () => {
    const { world, deploy, call, status } = await account()
    await deploy({ Ledger: table() })
    await call('dynamodb', 'PutItem', { TableName: 'golden-ledger', Item: { pk: { S: 'a' } } })
    await deploy({ Ledger: table({}, { BillingMode: 'PAY_PER_REQUEST' }), Queue: queue() })
    expect(status()).toBe('UPDATE_COMPLETE')
    const { Count } = (await call('dynamodb', 'Scan', { TableName: 'golden-ledger' })) as { Count: number }
    expect(Count).toBe(1)
    await deploy({ Ledger: table() })
    expect(world.stack(place)?.leftBehind).toEqual([])
    expect((await call('sqs', 'ListQueues')) as object).toEqual({ QueueUrls: [] })
  })

  it('cannot replace what has a name of its own', async () => {
    const { deploy, status, tables } = await account()
    await deploy({ Ledger: table() })
    const other = {
      AttributeDefinitions: [{ AttributeName: 'sk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
    }
    await expect(deploy({ Ledger: table({}, other) })).rejects.toThrow("'golden-ledger' already exists")
    expect(status()).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(await tables()).toEqual(['golden-ledger'])
  })

  it('replaces what has none, and lets others refer to the new one', async () => {
    const { world, deploy } = await account()
    const role = (path: string) => ({
      Type: 'AWS::IAM::Role',
      Properties: { Path: path, AssumeRolePolicyDocument: { Statement: [] } },
    })
    const policy = {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }] },
        Roles: [{ Ref: 'Role' }],
      },
    }
    await deploy({ Role: role('/'), Policy: policy })
    const allowed = (name: string) => world.aws.iam.roleNamed(place.account, name)?.policies.length
    expect(allowed('golden-Role')).toBe(1)
    await deploy({ Role: role('/other/'), Policy: policy })
    expect(allowed('golden-Role')).toBeUndefined()
    expect(allowed('golden-Role-2')).toBe(1)
  })

  it('that fails puts back what it changed, and deletes what it made', async () => {
    const { world, deploy, call, status } = await account()
    const rule = (source: string) => ({
      Type: 'AWS::Events::Rule',
      Properties: { Name: 'golden-rule', EventPattern: { source: [source] } },
    })
    await deploy({ Rule: rule('aws.ec2'), Old: queue('old') })
    const failing = { Rule: rule('aws.ssm'), New: queue('new'), Last: broken(['Rule', 'New']) }
    await expect(deploy(failing)).rejects.toThrow('deploying Last failed')
    expect(status()).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(world.buses.rules.map(({ pattern }) => pattern)).toEqual([{ source: ['aws.ec2'] }])
    const { QueueUrls } = (await call('sqs', 'ListQueues')) as { QueueUrls: string[] }
    expect(QueueUrls.map((url) => url.split('/').at(-1))).toEqual(['old'])
  })

  it('takes the code of a function that changes, from its next invocation on', async () => {
    const { world, deploy, ask } = await account()
    const answering = (text: string) => ({ directory: bundle(`export const handler = async () => '${text}'`) })
    const fn = (S3Key: string) => ({
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } },
      Hello: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'hello',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Runtime: 'nodejs24.x',
          Code: { S3Key },
        },
      },
    })
    const answer = () => ask(world.functions.invoke('arn:aws:lambda:us-west-2:111122223333:function:hello', {}, ''))
    await deploy(fn('one.zip'), { Hello: answering('one') })
    expect(await answer()).toBe('one')
    await deploy(fn('two.zip'), { Hello: answering('two') })
    expect(await answer()).toBe('two')
  })
})

describe('a schedule', () => {
  it('that changes, but not how often it comes, goes on in its step; one that goes comes no more', async () => {
    const clock = new VirtualClock(Date.parse('2026-09-01T06:00:00Z'))
    const ran: string[] = []
    const world = await createWorld({
      clock,
      random: new Random(1),
      account: place.account,
      region: place.region,
      schedulesUntil: clock.now() + 6 * 3_600_000,
      bundles: { Tick: { directory: bundle('export const handler = async () => {}') } },
      beforeInvoke: async () => void ran.push(new Date(clock.now()).toISOString().slice(11, 13)),
    })
    worlds.push(world)
    const trust = (Service: string) => ({
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } }],
        },
        Policies: [
          { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' }] } },
        ],
      },
    })
    const schedule = (Description: string) => ({
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: 'tick',
        Description,
        ScheduleExpression: 'rate(2 hours)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: { 'Fn::GetAtt': ['Tick', 'Arn'] }, RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] }, Input: '{}' },
      },
    })
    const others = {
      Role: trust('scheduler.amazonaws.com'),
      Tick: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: 'tick', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Runtime: 'nodejs24.x' },
      },
    }
    clock.at(clock.now(), () => world.deploy({ Resources: { ...others, Tock: schedule('one') } }, place))
    const hours = (count: number) => clock.now() + count * 3_600_000
    clock.at(hours(1), () => world.deploy({ Resources: { ...others, Tock: schedule('two') } }, place))
    clock.at(hours(3), () => world.deploy({ Resources: others }, place))
    await clock.run()
    expect(ran).toEqual(['06', '08'])
  })
})

describe('a deleted stack', () => {
  it('leaves what is retained, and is another one when it comes back', async () => {
    const { world, deploy, destroy, status, tables } = await account()
    const key = {
      Type: 'AWS::KMS::Key',
      Properties: { KeyPolicy: { Statement: [] } },
      DeletionPolicy: 'Retain' as const,
    }
    await deploy({ Ledger: table({ DeletionPolicy: 'RetainExceptOnCreate' }), Key: key, Queue: queue('q') })
    const id = world.stack(place)?.id
    await destroy()
    expect(status()).toBe('DELETE_COMPLETE')
    expect(await tables()).toEqual(['golden-ledger'])
    await deploy({ Key: key, Queue: queue('q') })
    expect(world.stack(place)?.id).not.toBe(id)
    const arn = (name: string) => `arn:aws:kms:us-west-2:111122223333:key/${name}`
    expect([arn('golden-Key'), arn('golden-Key-2')].map((each) => world.aws.kms.key(each) !== undefined)).toEqual([
      true,
      true,
    ])
  })
})

describe('resources of Image Builder', () => {
  const component = (Data: string, o = {}) => ({
    Type: 'AWS::ImageBuilder::Component',
    Properties: { Name: 'patch', Version: '1.0.0', Platform: 'Linux', Data, ...o },
    DeletionPolicy: 'RetainExceptOnCreate' as const,
    UpdateReplacePolicy: 'Retain' as const,
  })
  const recipe = (AmiTags: object) => ({
    Type: 'AWS::ImageBuilder::ImageRecipe',
    Properties: {
      Name: 'web',
      Version: '1.0.x',
      ParentImage: 'arn:aws:imagebuilder:us-west-2:aws:image/x/x.x.x',
      AmiTags,
    },
  })
  const components = ({ world }: Awaited<ReturnType<typeof account>>) =>
    world.aws
      .call({ principal: world.aws.iam.operator(), service: 'imagebuilder', operation: 'ListComponents', input: {} })
      .then((answer) => (answer as { componentVersionList: { arn: string }[] }).componentVersionList.length)

  it('are a new build for another document, and refused for the same', async () => {
    const here = await account()
    const { deploy, destroy } = here
    await deploy({ Patch: component('one') })
    await deploy({ Patch: component('two') })
    await deploy({ Patch: component('one') })
    expect(await components(here)).toBe(3)
    await destroy()
    await expect(deploy({ Patch: component('one') })).rejects.toThrow("The content is that of 'arn:aws:imagebuilder")
  })

  it.each([
    ['strict' as const, false],
    ['lenient' as const, true],
  ])('read in a %s way are a new build for another description alone: %s', async (reading, isNew) => {
    const { deploy } = await account({ 'component-again': reading })
    await deploy({ Patch: component('one', { Description: 'a' }) })
    const again = deploy({ Patch: component('one', { Description: 'b' }) })
    if (isNew) await again
    else await expect(again).rejects.toThrow('which exists')
  })

  it.each([
    ['strict' as const, 'a'],
    ['lenient' as const, 'b'],
  ])('read in a %s way have of a recipe with other tags alone: %s', async (reading, team) => {
    const { deploy, call } = await account({ 'recipe-in-place': reading })
    await deploy({ Web: recipe({ team: 'a' }) })
    await deploy({ Web: recipe({ team: 'b' }) })
    const imageRecipeArn = 'arn:aws:imagebuilder:us-west-2:111122223333:image-recipe/web/1.0.x'
    const { imageRecipe } = (await call('imagebuilder', 'GetImageRecipe', { imageRecipeArn })) as {
      imageRecipe: { amiTags: { team: string } }
    }
    expect(imageRecipe.amiTags.team).toBe(team)
  })
})
