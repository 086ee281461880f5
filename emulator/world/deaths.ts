/**
 * How a function ends without an answer, by the names under which Lambda and Step Functions report that. Older runtimes report each of
 * them as `Lambda.Unknown`: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
type Death = (requestId: string) => string

/** It exits, or Lambda ends it, at any time. */
export const exits: Readonly<Record<string, Death>> = {
  // https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
  'Lambda.Unknown': (requestId) =>
    `The cause could not be determined because Lambda did not return an error type. RequestId: ${requestId}`,
  // https://repost.aws/knowledge-center/lambda-runtime-error
  'Runtime.ExitError': (requestId) => `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
  'Runtime.OutOfMemory': (requestId) => `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
  'Runtime.Unknown': (requestId) => `RequestId: ${requestId} Error: Unknown application error occurred`,
  // https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html#troubleshooting-invocation-nodejs-exit
  'Runtime.NodejsExit': (requestId) => `RequestId: ${requestId} Error: Runtime exited without providing a reason`,
  // The same, as the runtime itself writes it: github.com/aws/aws-lambda-nodejs-runtime-interface-client, src/Errors.js
  'Runtime.NodeJsExit': (requestId) => `RequestId: ${requestId} Error: Runtime exited without providing a reason`,
}

/** Its time is over. https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html */
export const timedOut = {
  name: 'Sandbox.Timedout',
  /** `seconds` is the function's Timeout. */
  message: (requestId: string, seconds: number) =>
    `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
} as const
