import { arnOf } from './arn.ts'
import type { Place } from './template.ts'
import type { World } from './world.ts'

type Look = (world: World, place: Place, name: string) => boolean

/**
 * Whether a service has something of a name already, no matter who made it: CloudFormation then creates nothing.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html#troubleshooting-errors-resource-already-exists
 */
const looks: Record<string, Look> = {
  'AWS::IAM::Role': ({ aws }, { account }, name) => aws.iam.roleNamed(account, name) !== undefined,
  'AWS::Lambda::Function': ({ aws }, place, name) => aws.lambda.has(place, name),
  'AWS::StepFunctions::StateMachine': ({ stepFunctions }, _, name) =>
    stepFunctions.stateMachines.has(stepFunctions.arn('stateMachine', name)),
  'AWS::Events::EventBus': ({ aws }, place, name) => aws.events.hasBus(place, name),
  'AWS::SNS::Topic': ({ aws }, place, name) => aws.sns.hasTopic(arnOf(place, 'sns', name)),
  'AWS::SQS::Queue': ({ aws }, place, name) => aws.sqs.hasQueue(place, name),
  'AWS::Scheduler::Schedule': ({ aws }, place, name) => aws.scheduler.schedule(place, name) !== undefined,
  'AWS::KMS::Alias': ({ aws }, place, name) => aws.kms.key(arnOf(place, 'kms', name)) !== undefined,
  'AWS::Logs::LogGroup': ({ aws }, place, name) => aws.logs.has(place, name),
}

export const isAlreadyThere = (world: World, place: Place, { type, name }: { type: string; name: string }): boolean =>
  looks[type]?.(world, place, name) ?? false
