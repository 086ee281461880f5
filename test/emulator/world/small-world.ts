import { createWorld, Random, type Readings, type Template, VirtualClock, type World } from '../../../emulator/index.ts'
import { imageAvailable } from '../events.ts'
import { bundle } from './bundles.ts'

const build = { account: '111122223333', region: 'us-west-2' }
const place = { ...build, stack: 'golden' }
export const event = imageAvailable
export const start = Date.parse(event.time)
const queueUrl = 'https://sqs.us-west-2.amazonaws.com/111122223333/golden-dead-letters'

/** Fails as often as the environment says; when it ran is what the test wants to know. */
const flaky = bundle(`
  let left = Number(process.env.FAILURES)
  export const handler = async () => {
    if (left-- > 0) throw Object.assign(new Error('away'), { name: 'Transient' })
    return {}
  }`)
const respond = bundle(`
  export const handler = async (event) => {
    const { Status, Reason, Throw } = event.ResourceProperties
    if (Status) await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify({ Status, Reason }) })
    if (Throw) throw new Error(Throw)
  }`)
const bundles = {
  Flaky: { name: 'flaky', directory: flaky },
  Respond: { name: 'respond', directory: respond },
}

type Resources = Template['Resources']
export const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } }
export const lambda = (name: string, variables = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: name,
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Runtime: 'nodejs24.x',
    Environment: { Variables: variables },
  },
})
const flakyArn = { 'Fn::GetAtt': ['Flaky', 'Arn'] }
const ruleArn = { 'Fn::GetAtt': ['Rule', 'Arn'] }
export const resources = ({ failures = 0, retries = undefined as number | undefined } = {}): Resources => ({
  Role: role,
  Flaky: lambda('golden-flaky', { FAILURES: String(failures) }),
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: 'golden-flaky',
      EventPattern: { source: ['aws.imagebuilder'] },
      Targets: [{ Id: 'Target0', Arn: flakyArn }],
    },
  },
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: { FunctionName: flakyArn, SourceArn: ruleArn, Principal: 'events.amazonaws.com' },
  },
  DeadLetters: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'golden-dead-letters' } },
  OnFailure: {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: {
      FunctionName: { Ref: 'Flaky' },
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } } },
      ...(retries !== undefined && { MaximumRetryAttempts: retries }),
    },
  },
})

const open: World[] = []
export async function closeWorlds() {
  for (const world of open.splice(0)) await world.close()
}

/** A world with what the template deploys, its clock, when its functions ran, and what lies in its dead letters. */
export async function worldOf(
  template: Resources,
  {
    organization,
    until,
    seed = 1,
    readings,
  }: { organization?: string; until?: number; seed?: number; readings?: Readings | undefined } = {},
) {
  const clock = new VirtualClock(start)
  const ran: number[] = []
  const world = await createWorld({
    clock,
    random: new Random(seed),
    account: build.account,
    region: build.region,
    organization,
    readings,
    schedulesUntil: until,
    bundles,
    labelOf: (input) => String((JSON.parse(input) as { work?: string }).work ?? ''),
    beforeInvoke: async () => void ran.push(clock.now()),
  })
  open.push(world)
  const running = world.deploy({ Resources: template }, place)
  const deployed = Promise.allSettled([running])
  await clock.run()
  const [result] = await deployed
  if (result.status === 'rejected') throw result.reason
  const letters = async () => {
    const principal = world.aws.iam.operator()
    const input = { QueueUrl: queueUrl, MaxNumberOfMessages: 10 }
    const answer = await world.aws.call({ principal, service: 'sqs', operation: 'ReceiveMessage', input })
    const { Messages = [] } = answer as { Messages?: { Body: string }[] }
    return Messages.map(({ Body }) => JSON.parse(Body) as Record<string, unknown>)
  }
  return { world, clock, ran, letters }
}
