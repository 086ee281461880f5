import type { Integration } from '../resource.ts'
import { TaskFailure } from '../types.ts'

/** How an integration names its service, and the error that stands for all that the service does not model. */
interface Naming {
  service: string
  general: string
}

const OPTIMIZED: Record<string, Naming> = {
  states: { service: 'StepFunctions', general: 'AWSStepFunctionsException' },
  dynamodb: { service: 'DynamoDB', general: 'AmazonDynamoDBException' },
  sns: { service: 'SNS', general: 'AmazonSNSException' },
  sqs: { service: 'SQS', general: 'AmazonSQSException' },
  events: { service: 'EventBridge', general: 'AmazonEventBridgeException' },
}

/** SDK clients whose names have more than one capital letter. */
const SDK: Record<string, string> = {
  dynamodb: 'DynamoDb',
  eventbridge: 'EventBridge',
  secretsmanager: 'SecretsManager',
}

/**
 * The failure of a service integration, as Step Functions names it: `Ssm.ParameterNotFoundException`. What the API's model has no shape
 * for has no class either, and comes under the general name: `StepFunctions.AWSStepFunctionsException`, `Ec2.Ec2Exception`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export function serviceFailure(
  { kind, service }: Integration,
  error: Error & { status?: number; modelled?: boolean },
  requestId: string,
): TaskFailure {
  const client = SDK[service] ?? service.charAt(0).toUpperCase() + service.slice(1)
  const ofSdk: Naming = { service: client, general: `${client}Exception` }
  const naming = (kind === 'sdk' ? undefined : OPTIMIZED[service]) ?? ofSdk
  const { name, message, status = 400, modelled = true } = error
  const ofClass = name.endsWith('Exception') ? name : `${name}Exception`
  return new TaskFailure(
    `${naming.service}.${modelled ? ofClass : naming.general}`,
    `${message} (Service: ${naming.service}, Status Code: ${status}, Request ID: ${requestId})`,
  )
}
