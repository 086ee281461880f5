import { afterEach, describe, expect, it } from 'vitest'
import { createWorld, Random, VirtualClock } from '../../../emulator/index.ts'
import type { Template } from '../../../emulator/world/template.ts'
import { amiAvailable, executionAborted } from '../events.ts'
import { closeWorlds, event, lambda, resources, role, worldOf } from './small-world.ts'

afterEach(closeWorlds)

describe('an asynchronous invocation', () => {
  it.each([
    ['at once', 0, undefined, 1, 0],
    ['the second time', 1, undefined, 2, 0],
    ['the third time', 2, undefined, 3, 0],
    ['never', 3, undefined, 3, 1],
    ['not, and may not be tried again', 1, 0, 1, 1],
    ['not, and may be tried once more', 2, 1, 2, 1],
  ])('that succeeds %s', async (_, failures, retries, times, dead) => {
    const { world, clock, ran, letters } = await worldOf(resources({ failures, retries }))
    world.buses.put(event, 'default')
    await clock.run()
    expect(ran).toHaveLength(times)
    // One minute after the first failure, two after the second; the rest is what an invocation takes.
    for (const [nth, wait] of [60_000, 120_000].slice(0, times - 1).entries()) {
      const gap = (ran[nth + 1] ?? 0) - (ran[nth] ?? 0)
      expect(gap).toBeGreaterThanOrEqual(wait)
      expect(gap).toBeLessThan(wait + 2_000)
    }
    expect(await letters()).toHaveLength(dead)
  })

  it('ends in the dead letters with the event and the error, as Lambda writes them', async () => {
    const { world, clock, letters } = await worldOf(resources({ failures: 3 }))
    world.buses.put(event, 'default')
    await clock.run()
    expect(await letters()).toEqual([
      expect.objectContaining({
        version: '1.0',
        timestamp: new Date(clock.now()).toISOString(),
        requestContext: {
          functionArn: 'arn:aws:lambda:us-west-2:111122223333:function:golden-flaky',
          condition: 'RetriesExhausted',
        },
        requestPayload: event,
        responsePayload: { errorType: 'Transient', errorMessage: 'away' },
      }),
    ])
  })

  it('that no permission allows stops the clock, and says so', async () => {
    const { Permission: _, ...rest } = resources()
    const { world, clock } = await worldOf(rest)
    world.buses.put(event, 'default')
    await expect(clock.run()).rejects.toThrow(
      'the rule golden-flaky has no permission to invoke arn:aws:lambda:us-west-2:111122223333:function:golden-flaky',
    )
  })

  it.each<[string, string[], string]>([
    ['the work that started its image', [event.resources[0] ?? ''], 'c/web'],
    ['nobody, where another image was started', ['arn:other'], ''],
    ['nobody, where none was', [], ''],
  ])('counts for %s', async (_, started, work) => {
    const { world, clock } = await worldOf(resources())
    for (const arn of started) world.aws.startedFor.set(arn, 'c/web')
    world.buses.put(event, 'default')
    await clock.run()
    expect([...world.functions.invocations]).toEqual([[work, 1]])
  })

  it('of an event of an execution counts for what that execution works for', async () => {
    const template = resources()
    const pattern = { source: ['aws.states'] }
    Object.assign(template.Rule?.Properties ?? {}, { EventPattern: pattern })
    const { world, clock } = await worldOf(template)
    world.buses.put(executionAborted(JSON.stringify({ work: 'c/web' })), 'default')
    await clock.run()
    expect([...world.functions.invocations]).toEqual([['c/web', 1]])
  })
})

describe("a bus's policy", () => {
  const bus = { Type: 'AWS::Events::EventBus', Properties: { Name: 'golden-releases' } }
  const policy = (Statement: object, EventBusName: unknown = { Ref: 'Bus' }) => ({
    Type: 'AWS::Events::EventBusPolicy',
    Properties: { EventBusName, Statement: { Effect: 'Allow', Action: 'events:PutEvents', ...Statement } },
  })
  const account = (...ids: string[]) => ({ AWS: ids.map((id) => `arn:aws:iam::${id}:root`) })
  const organization = (id: string) => ({
    Principal: '*',
    Condition: { StringEquals: { 'aws:PrincipalOrgID': id } },
  })

  it.each<[string, object, boolean]>([
    ['its account', { Principal: account('999999999999', '444455556666') }, true],
    ['its account, as text', { Principal: { AWS: 'arn:aws:iam::444455556666:root' } }, true],
    ['another account', { Principal: account('999999999999') }, false],
    ['the organisation', organization('o-golden'), true],
    ['another organisation', organization('o-other'), false],
    ['its account in another organisation', { ...organization('o-other'), Principal: account('444455556666') }, false],
    ['everybody', { Principal: '*' }, true],
    [
      'whom a condition names that is not emulated',
      { Principal: '*', Condition: { StringLike: { 'aws:PrincipalArn': '*' } } },
      false,
    ],
  ])('that admits %s: %j', async (_, statement, admitted) => {
    const { world } = await worldOf({ Bus: bus, Policy: policy(statement) }, { organization: 'o-golden' })
    const refusal = world.receive(amiAvailable, 'golden-releases')
    expect(refusal).toBe(
      admitted ? undefined : 'the policy of the bus golden-releases does not let account 444455556666 put events',
    )
    expect(world.buses.ignored).toEqual(admitted ? [amiAvailable] : [])
  })

  it.each<[string, Template['Resources']]>([
    ['has none', { Bus: bus }],
    ['is another bus', { Bus: bus, Policy: policy({ Principal: account('444455556666') }, 'default') }],
  ])('admits nobody where the bus %s', async (_, template) => {
    const { world } = await worldOf(template)
    expect(world.receive(amiAvailable, 'golden-releases')).toMatch(/does not let account 444455556666/)
  })

  it('does not take an organisation for granted where the world has none', async () => {
    const { world } = await worldOf({ Bus: bus, Policy: policy(organization('o-golden')) })
    expect(world.receive(amiAvailable, 'golden-releases')).toMatch(/does not let account/)
  })

  it('that denies is refused, not passed over', async () => {
    const denying = policy({ Effect: 'Deny', Principal: '*' })
    await expect(worldOf({ Bus: bus, Policy: denying })).rejects.toThrow(
      'Policy: the emulator does not emulate the bus policy effect Deny',
    )
  })
})

describe('a custom resource', () => {
  const custom = (given: object) => ({
    Role: role,
    Respond: lambda('golden-respond'),
    Parents: {
      Type: 'Custom::Parents',
      Properties: { ServiceToken: { 'Fn::GetAtt': ['Respond', 'Arn'] }, ...given },
    },
  })

  it('is there when its function answered so', async () => {
    const { world } = await worldOf(custom({ Status: 'SUCCESS' }))
    expect(world.functions.invocations.get('')).toBe(1)
  })

  it.each([
    ['what its function answered', { Status: 'FAILED', Reason: 'AccessDenied: no' }, 'AccessDenied: no'],
    ['its answer, where it also throws', { Status: 'FAILED', Reason: 'the reason', Throw: 'x' }, 'the reason'],
    ['what its function threw', { Throw: 'InvalidInput' }, 'InvalidInput'],
    ['that there was no answer', {}, 'its function did not answer'],
  ])('that fails says %s', async (_, given, why) => {
    await expect(worldOf(custom(given))).rejects.toThrow(`deploying Parents failed: ${why}`)
  })
})

describe('a policy of its own', () => {
  const policy = (...Roles: unknown[]) => ({
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement: { Effect: 'Allow', Action: 'sns:Publish', Resource: '*' } }, Roles },
  })

  it('is one of the policies of its roles', async () => {
    const { world } = await worldOf({ Role: role, Policy: policy({ Ref: 'Role' }) })
    const principal = world.aws.iam.principalOf('arn:aws:iam::111122223333:role/golden-Role', 'test')
    const may = (action: string) => world.aws.iam.allows(principal, { action, resource: 'any' }, 'us-west-2')
    expect(['sns:Publish', 'sns:Subscribe'].map(may)).toEqual([true, false])
  })

  it('is of roles that are there', async () => {
    await expect(worldOf({ Policy: policy('nobody') })).rejects.toThrow('Policy: there is no role nobody')
  })
})

it('names what it does not emulate, and why where it knows', async () => {
  const { world } = await worldOf({ Odd: { Type: 'AWS::Odd::Thing' } })
  expect(Object.fromEntries(world.notEmulated)).toEqual({
    'AWS::Odd::Thing': 'unknown to the emulator',
  })
})

it('knows the partition aws, and no other', async () => {
  const elsewhere = createWorld({
    clock: new VirtualClock(0),
    random: new Random(1),
    account: '111122223333',
    region: 'us-gov-west-1',
  })
  await expect(elsewhere).rejects.toThrow('the emulator does not emulate the partition of the region us-gov-west-1')
})
