import { afterEach, describe, expect, it } from 'vitest'
import { closeWorlds, resources, worldOf } from './small-world.ts'

afterEach(closeWorlds)

const TopicArn = 'arn:aws:sns:us-east-1:137112412989:amazon-linux-2023-ami-updates'
const functionArn = { 'Fn::GetAtt': ['Flaky', 'Arn'] }

/** A function that a topic of somebody else may invoke, and that has subscribed to it. */
function subscribed({ subscription = {}, permission = {}, failures = 0 } = {}) {
  const { Rule: _, Permission: __, ...rest } = resources({ failures, retries: 0 })
  return {
    ...rest,
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: functionArn,
        Principal: 'sns.amazonaws.com',
        SourceArn: TopicArn,
        ...permission,
      },
    },
    Hint: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn,
        Protocol: 'lambda',
        Endpoint: functionArn,
        Region: 'us-east-1',
        ...subscription,
      },
    },
  }
}

describe("a message on somebody else's topic", () => {
  it('reaches the function that has subscribed, a moment later', async () => {
    const { world, clock, ran } = await worldOf(subscribed())
    const published = clock.now()
    world.aws.sns.announce(TopicArn, { text: 'There is a new AMI.' })
    await clock.run()
    expect(ran).toHaveLength(1)
    expect(ran[0]).toBeGreaterThan(published)
    expect(ran[0]).toBeLessThan(published + 3_000)
  })

  it('is an event of Lambda’s, which ends in the dead letters where the function fails', async () => {
    const { world, clock, letters } = await worldOf(subscribed({ failures: 1 }))
    world.aws.sns.announce(TopicArn, { text: 'There is a new AMI.' })
    await clock.run()
    expect(await letters()).toMatchObject([
      { requestPayload: { Records: [{ EventSource: 'aws:sns', Sns: { TopicArn, Type: 'Notification' } }] } },
    ])
  })

  it.each([
    ['of another topic', { SourceArn: `${TopicArn}-2` }],
    ['of another service', { Principal: 'events.amazonaws.com' }],
  ])('stops the clock where the permission is %s', async (_, permission) => {
    const { world, clock } = await worldOf(subscribed({ permission }))
    world.aws.sns.announce(TopicArn, { text: 'There is a new AMI.' })
    await expect(clock.run()).rejects.toThrow(
      `the topic ${TopicArn} has no permission to invoke arn:aws:lambda:us-west-2:111122223333:function:golden-flaky`,
    )
  })

  it('goes nowhere where no template has the function, and the world says so', async () => {
    const notes = 'arn:aws:lambda:us-east-1:137112412989:function:notes'
    const { world, clock, ran } = await worldOf(subscribed({ subscription: { Endpoint: notes } }))
    world.aws.sns.announce(TopicArn, { text: 'There is a new AMI.' })
    await clock.run()
    expect(ran).toEqual([])
    expect(world.notEmulated.get(notes)).toBe('what this function does with messages: no template has it')
  })

  it('comes from its own region, where it must be subscribed to', async () => {
    const template = subscribed({ subscription: { Region: 'us-west-2' } })
    await expect(worldOf(template)).rejects.toThrow(`Hint: the topic ${TopicArn} cannot be subscribed to in us-west-2`)
  })
})
