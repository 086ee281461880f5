import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { resourceName } from '../../domain/names.ts'
import { Failed } from '../problems.ts'
import type { Deployment } from './deployment.ts'

/**
 * Invokes a function of the fleet, which decides for itself. The SDK may do it again where nobody heard the answer: each
 * of them takes the same twice.
 *
 * @param seconds that the function may take
 * @returns what asks it, and throws Failed with what it refuses and why
 */
export function invokerOf<Answer>({ fleet, config }: Deployment, name: string, seconds = 30) {
  const requestHandler = { ...config.requestHandler, requestTimeout: seconds * 1_000 }
  const lambda = new LambdaClient({ ...config, requestHandler })
  const FunctionName = resourceName(fleet.name, name)
  return async (request: object): Promise<Answer> => {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }),
    )
    const answer = JSON.parse(new TextDecoder().decode(Payload))
    if (FunctionError === undefined) return answer as Answer
    throw refusal(name, FunctionName, answer as { errorType?: string; errorMessage?: string })
  }
}

/** The function says itself what it refuses and why; what else it throws is a failure of Rebake's. */
const refusal = (name: string, physicalName: string, { errorType = 'Error', errorMessage = 'it does not say why' }) =>
  new Failed(
    errorType === 'RequestRefused'
      ? `It was not taken: ${errorMessage}.`
      : `The function ${name} failed: ${errorType}: ${errorMessage}. Its log group /aws/lambda/${physicalName} says more.`,
  )
