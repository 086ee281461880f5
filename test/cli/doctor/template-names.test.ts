import { expect, it } from 'vitest'
import { templateNames } from '../../../cli/doctor/template-names.ts'
import type { Fleet } from '../../../domain/fleet/model.ts'
import { managedPolicies } from '../../../domain/managed-policies.ts'
import { slow, smallFleet, synth } from '../../infra/fixture.ts'
import { resourcesOf } from '../../support/template.ts'

const types = {
  functions: ['AWS::Lambda::Function', 'FunctionName'],
  machines: ['AWS::StepFunctions::StateMachine', 'StateMachineName'],
  pipelines: ['AWS::ImageBuilder::ImagePipeline', 'Name'],
  infrastructure: ['AWS::ImageBuilder::InfrastructureConfiguration', 'Name'],
  roles: ['AWS::IAM::Role', 'RoleName'],
  buses: ['AWS::Events::EventBus', 'Name'],
  topics: ['AWS::SNS::Topic', 'TopicName'],
  queues: ['AWS::SQS::Queue', 'QueueName'],
  tables: ['AWS::DynamoDB::Table', 'TableName'],
  schedules: ['AWS::Scheduler::Schedule', 'Name'],
  aliases: ['AWS::KMS::Alias', 'AliasName'],
  logGroups: ['AWS::Logs::LogGroup', 'LogGroupName'],
} as const satisfies Record<keyof ReturnType<typeof templateNames>, readonly [string, string]>

/** With a chat channel, a smoke test and retirement, each of which adds some. */
function fleetWithAll(): Fleet {
  const fleet = smallFleet()
  fleet.notify.slack = { ops: { secret: 'slack/ops', severity: 'info' } }
  fleet.retirement = { keep: 2, grace: 86_400, schedule: 'rate(1 day)', timezone: 'UTC' } as never
  const { api } = fleet.images
  if (api) api.checks.smoke = { script: 'components/harden.yaml', mode: 'required', timeout: 600 } as never
  return fleet
}

it('are those that the template gives, and no others', { timeout: slow }, async () => {
  const fleet = fleetWithAll()
  const { buildStack, targetStack } = await synth(fleet)
  const expected = templateNames(fleet)
  for (const [kind, [type, property]] of Object.entries(types)) {
    const given = Object.values(resourcesOf(buildStack.template, type)).flatMap((each) => each[property] ?? [])
    expect([kind, given.toSorted()]).toEqual([kind, [...expected[kind as keyof typeof types]].sort()])
  }
  const roles = [buildStack, targetStack].flatMap(({ template }) =>
    Object.values(resourcesOf(template, 'AWS::IAM::Role')),
  )
  const attached = roles.flatMap(
    ({ ManagedPolicyArns = [] }) => JSON.stringify(ManagedPolicyArns).match(/policy\/[\w/]+/g) ?? [],
  )
  expect([...new Set(attached)].map((path) => path.split('/').at(-1)).sort()).toEqual(
    Object.values(managedPolicies).sort(),
  )
})
