/**
 * The names under which Step Functions reports what Rebake does not throw itself: a task's Retry and Catch name these, and no others of
 * AWS's. A name that is retried stands in the retrier of that name, `x-retriers` of statemachines/*.asl.yaml; a test compares them.
 */
interface StepError {
  /** Where AWS says that there is such a name. */
  source: string
  /** The retrier that lists it. */
  retriedAs?: 'transient' | 'timeout' | 'dynamodb' | 'image-builder' | 'start'
  /** What became of the function, where the name says that one did not answer. */
  death?: FunctionDeath
}

/** How a function ends without an answer. `died` stands for all that Lambda does not tell apart. */
export type FunctionDeath = 'out of time' | 'out of memory' | 'died'

const errorHandling = 'https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html'
const lambdaExceptions = 'https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html'
const lambdaInvocation = 'https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html'
const lambdaRuntime = 'https://repost.aws/knowledge-center/lambda-runtime-error'
const nodeRuntime = 'https://github.com/aws/aws-lambda-nodejs-runtime-interface-client, src/Errors.js'
const nested = 'https://docs.aws.amazon.com/step-functions/latest/dg/concepts-nested-workflows.html'
const startExecution = 'https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html#errors'
const integrations = 'https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html'
const dynamodb = 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html#errors'
const imageBuilder = 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_GetImage.html#errors'
const solutions =
  'https://github.com/aws-solutions/data-transfer-from-amazon-s3-glacier-vaults-to-amazon-s3: retries of nested starts'

export const stepErrors: Readonly<Record<string, StepError>> = {
  'States.ALL': { source: errorHandling },
  'States.Timeout': { source: errorHandling, retriedAs: 'timeout' },

  'Lambda.ClientExecutionTimeoutException': { source: lambdaExceptions, retriedAs: 'transient' },
  'Lambda.ServiceException': { source: lambdaExceptions, retriedAs: 'transient' },
  'Lambda.AWSLambdaException': { source: lambdaExceptions, retriedAs: 'transient' },
  'Lambda.SdkClientException': { source: lambdaExceptions, retriedAs: 'transient' },
  'Lambda.TooManyRequestsException': { source: lambdaExceptions, retriedAs: 'transient' },
  // What older runtimes report of every death, and what Step Functions reports of those that it cannot tell apart.
  'Lambda.Unknown': { source: errorHandling, retriedAs: 'transient', death: 'died' },
  'Sandbox.Timedout': { source: errorHandling, retriedAs: 'transient', death: 'out of time' },
  'Runtime.OutOfMemory': { source: lambdaRuntime, retriedAs: 'transient', death: 'out of memory' },
  'Runtime.ExitError': { source: lambdaRuntime, retriedAs: 'transient', death: 'died' },
  'Runtime.Unknown': { source: lambdaRuntime, retriedAs: 'transient', death: 'died' },
  // The guide writes one, the runtime the other.
  'Runtime.NodejsExit': { source: lambdaInvocation, retriedAs: 'transient', death: 'died' },
  'Runtime.NodeJsExit': { source: nodeRuntime, retriedAs: 'transient', death: 'died' },

  'DynamoDb.ConditionalCheckFailedException': { source: dynamodb },
  'DynamoDb.ProvisionedThroughputExceededException': { source: dynamodb, retriedAs: 'dynamodb' },
  'DynamoDb.RequestLimitExceededException': { source: dynamodb, retriedAs: 'dynamodb' },
  'DynamoDb.ThrottlingException': { source: dynamodb, retriedAs: 'dynamodb' },
  'DynamoDb.InternalServerErrorException': { source: dynamodb, retriedAs: 'dynamodb' },
  'DynamoDb.SdkClientException': { source: integrations, retriedAs: 'dynamodb' },
  // Whatever the SDK inside Step Functions, which lags behind, has no class for.
  'DynamoDb.DynamoDbException': { source: integrations, retriedAs: 'dynamodb' },

  'Imagebuilder.CallRateLimitExceededException': { source: imageBuilder, retriedAs: 'image-builder' },
  'Imagebuilder.ServiceUnavailableException': { source: imageBuilder, retriedAs: 'image-builder' },
  'Imagebuilder.ServiceException': { source: imageBuilder, retriedAs: 'image-builder' },
  'Imagebuilder.SdkClientException': { source: integrations, retriedAs: 'image-builder' },
  'Imagebuilder.ImagebuilderException': { source: integrations, retriedAs: 'image-builder' },

  // The API has no class for a throttle, so that it comes under the general name. The guide on nested workflows writes the next.
  'StepFunctions.AWSStepFunctionsException': { source: solutions, retriedAs: 'start' },
  'StepFunctions.ExecutionLimitExceeded': { source: nested, retriedAs: 'start' },
  'StepFunctions.ExecutionLimitExceededException': { source: startExecution, retriedAs: 'start' },
  'StepFunctions.ThrottlingException': { source: nested, retriedAs: 'start' },
  'StepFunctions.SdkClientException': { source: integrations, retriedAs: 'start' },
}
