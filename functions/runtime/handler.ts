import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { Tracer } from '@aws-lambda-powertools/tracer'
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware'
import middy from '@middy/core'
import * as v from 'valibot'
import { classify } from '../../aws/errors.ts'
import { InvalidInput } from '../../domain/errors.ts'
import { shortened } from '../../domain/shortened.ts'

const logger = new Logger()
// What is counted is the fleet's, whichever function counts it: the dimension `service`, which Powertools adds, is one.
const metrics = new Metrics({ serviceName: 'rebake' })
const tracer = new Tracer()

/** What an operator counts: one more of it, in the namespace of the fleet. */
export type Count = (
  name:
    | 'CampaignStarted'
    | 'ReleaseRefused'
    | 'ReleaseIgnored'
    | 'ReleaseEventLost'
    | 'ImageReleased'
    | 'ImageFailed'
    | 'ImageSuperseded'
    | 'ImageGivenUp'
    | 'FailureUnknown'
    | 'NotificationFailed',
) => void
export const count: Count = (name) => metrics.addMetric(name, MetricUnit.Count, 1)

/**
 * A message or an event that AWS does not take. What it tells of has happened and stands: the log has what was to be
 * published and why it was not, and an alarm watches the count.
 */
export type Undelivered = (what: string, content: object, error: unknown) => void
export const undelivered: Undelivered = (what, content, error) => {
  logger.error(`could not publish ${what}`, { error: error as Error, content })
  count('NotificationFailed')
}

const measures = {
  FleetExamined: MetricUnit.Count,
  FreshnessUsed: MetricUnit.Percent,
  OldestLock: MetricUnit.Seconds,
  CampaignsOpen: MetricUnit.Count,
  ImagesPending: MetricUnit.Count,
  LockRequestsWaiting: MetricUnit.Count,
  ApprovalsOpen: MetricUnit.Count,
} as const

/** What an operator measures; with dimensions beside the usual one, it is a metric of its own. */
export type Measure = (name: keyof typeof measures, value: number, dimensions?: Record<string, string>) => void
export const measure: Measure = (name, value, dimensions) => {
  const unit = measures[name]
  if (!dimensions) return void metrics.addMetric(name, unit, value)
  const single = metrics.singleMetric()
  single.addDimensions(dimensions)
  single.addMetric(name, unit, value)
}

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
    const error = classify(request.error) as Error
    logger.error('failed', error)
    request.error = brief(error)
  },
}

/** Lambda hands on the message, and the stack, which begins with the message. The log has both in full length. */
function brief(error: Error): Error {
  const { message, stack = '' } = error
  const short = shortened(message)
  if (short === message) return error
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '))
  error.message = short
  error.stack = [`${error.name}: ${short}`, ...frames].join('\n')
  return error
}

// Powertools' own middleware warns of every invocation that counts nothing, which is most of them.
const publishMetrics = () => {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
}
const counted: middy.MiddlewareObj = { after: publishMetrics, onError: publishMetrics }

/**
 * The one stack of every function: context in each log line, trace, metrics, input checked at the door,
 * errors under the names that the state machines know. Responses stay out of the traces: they are data.
 */
export const createHandler = <S extends v.GenericSchema, R>(input: S, work: (input: v.InferOutput<S>) => Promise<R>) =>
  middy<unknown, R>()
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .use(injectLambdaContext(logger, { clearState: true }))
    .use(counted)
    .use(classified)
    .use(parsed(input))
    .handler((event) => work(event as v.InferOutput<S>))
