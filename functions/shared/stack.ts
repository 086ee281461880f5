import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import { Tracer } from '@aws-lambda-powertools/tracer'
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware'
import middy from '@middy/core'
import * as v from 'valibot'
import { classify, InvalidInput } from './errors.ts'

export const logger = new Logger()
export const metrics = new Metrics()
const tracer = new Tracer()

const parsed = (schema: v.GenericSchema): middy.MiddlewareObj => ({
  before: (request) => {
    const result = v.safeParse(schema, request.event)
    if (!result.success) throw new InvalidInput(problems(result.issues))
    request.event = result.output
  },
})

/** `detail.ImageId: Invalid type: Expected string but received undefined; ...` */
const problems = (issues: readonly v.BaseIssue<unknown>[]) =>
  issues.map((issue) => `${v.getDotPath(issue) ?? 'input'}: ${issue.message}`).join('; ')

const classified: middy.MiddlewareObj = {
  onError: (request) => {
    request.error = classify(request.error) as Error
    logger.error('failed', request.error as Error)
  },
}

/**
 * The one stack of every function: context in each log line, trace, metrics, input checked at the door,
 * errors under the names that the state machines know. Responses stay out of the traces: they are data.
 */
export const lambda = <S extends v.GenericSchema, R>(
  input: S,
  work: (input: v.InferOutput<S>) => Promise<R>,
) =>
  middy<unknown, R>()
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .use(injectLambdaContext(logger, { clearState: true }))
    .use(logMetrics(metrics))
    .use(classified)
    .use(parsed(input))
    .handler((event) => work(event as v.InferOutput<S>))
