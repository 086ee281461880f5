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

/** Refusals come from in front of the services, and EC2 models no errors at all: their codes are not class names. */
const UNMODELLED = /^(AccessDenied|UnauthorizedOperation|AuthorizationError|.*\.)/

/**
 * The failure of a service integration, as Step Functions names it: `Ssm.ParameterNotFoundException`,
 * `DynamoDB.AmazonDynamoDBException`.
 */
export function serviceFailure(
  { kind, service }: Integration,
  error: Error & { status?: number },
  requestId: string,
): TaskFailure {
  const client = SDK[service] ?? service.charAt(0).toUpperCase() + service.slice(1)
  const ofSdk: Naming = { service: client, general: `${client}Exception` }
  const naming = (kind === 'sdk' ? undefined : OPTIMIZED[service]) ?? ofSdk
  const { name, message, status = 400 } = error
  const modelled = name.endsWith('Exception') ? name : `${name}Exception`
  return new TaskFailure(
    `${naming.service}.${UNMODELLED.test(name) ? naming.general : modelled}`,
    `${message} (Service: ${naming.service}, Status Code: ${status}, Request ID: ${requestId})`,
  )
}
