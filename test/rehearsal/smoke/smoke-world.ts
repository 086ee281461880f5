import type { AutomationExecution } from '@aws-sdk/client-ssm'
import type { CommandOutcome, Template } from '../../../emulator/index.ts'
import { addSubnets } from '../../../rehearsal/subnets.ts'
import { worldOf } from '../../emulator/world/small-world.ts'
import { smokeFleet, smokeTemplate } from '../../support/smoke.ts'

const account = '111122223333'
const place = { account, region: 'us-west-2' }
let template: Template | undefined

/** A world with the smoke tests as they are deployed, one encrypted AMI, and anybody who may test it. */
export async function smokeWorld(outcome: CommandOutcome = {}, change: (template: Template) => void = () => {}) {
  template ??= smokeTemplate() as Template
  const own = structuredClone(template)
  change(own)
  const { world, clock } = await worldOf(own.Resources)
  const { aws } = world
  aws.ssm.commandOutcome = () => outcome
  addSubnets(world, smokeFleet())
  const ami = aws.ec2.addImage({
    ...place,
    Name: 'gold-base 1',
    Architecture: 'x86_64',
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: {
          VolumeSize: 8,
          Encrypted: true,
          KmsKeyId: `arn:aws:kms:us-west-2:${account}:key/golden-FleetKey`,
        },
      },
    ],
  }).image.ImageId
  const events: { at: number; type: string; detail: Record<string, unknown>; resources: string[] }[] = []
  const put = aws.putEvent
  aws.putEvent = (event, bus) => {
    if (event.source === 'aws.ssm' && event['detail-type'].startsWith('EC2'))
      events.push({
        at: clock.now(),
        type: event['detail-type'],
        detail: event.detail,
        resources: event.resources,
      })
    put(event, bus)
  }
  const principal = aws.iam.principalOf(`arn:aws:iam::${account}:role/golden-Starter`, 'run-check')
  const call = (operation: string, input: unknown, service = 'ssm') =>
    aws.call({ principal, service, operation, input, region: place.region })
  const parameters = {
    ImageId: [ami],
    InstanceType: ['m7i.large'],
    CommandDocument: ['gold-smoke-base'],
    Campaign: ['c1'],
    Image: ['base'],
  }
  return {
    world,
    clock,
    aws,
    ami,
    events,
    call,
    parameters,
    principal,
    start: async (more: object = {}) => {
      const input = { DocumentName: 'gold-smoke', Parameters: parameters, ...more }
      const { AutomationExecutionId: id } = (await call('StartAutomationExecution', input)) as {
        AutomationExecutionId: string
      }
      return id
    },
    execution: async (id: string) => {
      const answer = await call('GetAutomationExecution', { AutomationExecutionId: id })
      return (answer as { AutomationExecution: AutomationExecution }).AutomationExecution
    },
    stop: (id: string, more: object = {}) => call('StopAutomationExecution', { AutomationExecutionId: id, ...more }),
    /** What has become of every instance that was launched. */
    states: () => aws.ec2.instances.all().map(({ instance }) => instance.State.Name),
    /** Runs for so many seconds. */
    pass: (seconds: number) => clock.run({ until: clock.now() + seconds * 1_000 }),
  }
}
