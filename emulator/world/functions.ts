import type { AwsEndpoint } from '../aws-endpoint.ts'
import type { VirtualClock } from '../clock.ts'
import { respond } from '../http-server.ts'
import type { Random } from '../random.ts'
import type { Principal } from '../services/types.ts'
import { type Handler, loadHandler } from './bundle.ts'
import { exits, timedOut } from './deaths.ts'
import type { Metrics } from './metrics.ts'
import { Pauses } from './pauses.ts'

export interface LambdaFunction {
  arn: string
  name: string
  /** The bundle: a directory with index.js, or index.mjs. */
  directory: string
  environment: Record<string, string>
  principal: Principal
  region: string
  /** Seconds. */
  timeout: number
}

/**
 * What becomes of an invocation instead of its answer: it dies after its work, or it hangs, does its work in the last moment of its
 * Timeout, and is ended.
 */
export type InvocationOutcome = 'crash' | 'hang'

/** What a handler threw, as Lambda reports it. */
export class FunctionError extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

interface FunctionsDeps {
  clock: VirtualClock
  random: Random
  aws: AwsEndpoint
  /** Where the emulator listens. */
  endpoint: string
  metrics: Metrics
  /** The name of the world, as ids of Lambda's have it. */
  name: string
  /** Variables beside those of the template, or instead of them. */
  environment: (fn: LambdaFunction) => Record<string, string>
  /** What happens in the world just before a function runs. */
  before: (functionName: string, label: string) => Promise<void>
  /** What becomes of an invocation; undefined where it answers. */
  outcome: (functionName: string) => InvocationOutcome | undefined
}

/**
 * Runs the deployed bundles: unmodified, in this process, one at a time, each with the environment and the
 * credentials that the template gives its function. Logs are silenced: what a function decides is in its calls.
 */
export class Functions {
  readonly invocations = new Map<string, number>()
  readonly #functions = new Map<string, LambdaFunction>()
  readonly #environments = new Map<string, Record<string, string>>()
  readonly #handlers = new Map<string, Handler>()
  readonly #parts: FunctionsDeps
  readonly #pauses: Pauses
  #turn: Promise<unknown> = Promise.resolve()
  #count = 0

  constructor(parts: FunctionsDeps) {
    this.#parts = parts
    const { aws, endpoint } = parts
    this.#pauses = new Pauses({ endpoint, answer: (request) => respond(aws, request) })
  }

  /** A function, or another in its place: its next invocation is a cold start. */
  add(fn: LambdaFunction): void {
    this.#handlers.delete(fn.arn)
    this.#functions.set(fn.arn, fn)
    this.#environments.set(fn.arn, this.#environment(fn))
  }

  remove(arn: string): void {
    this.#handlers.delete(arn)
    this.#functions.delete(arn)
  }

  has(arn: string): boolean {
    return this.#functions.has(arn)
  }

  /**
   * Invokes a function; takes virtual time. `label` is that of the work it is for: calls and invocations are counted by it.
   *
   * @throws FunctionError with the name that the handler's error has, as a state machine would see it.
   */
  async invoke(arn: string, payload: unknown, label: string): Promise<unknown> {
    const fn = this.#functions.get(arn)
    if (!fn) throw new FunctionError('Lambda.ResourceNotFoundException', `Function not found: ${arn}`)
    const { clock, random } = this.#parts
    const chance = random.fork(`invoke/${fn.name}/${this.#count++}`)
    const cold = this.#handlers.has(arn) ? 0 : chance.integer(400, 900)
    this.invocations.set(label, (this.invocations.get(label) ?? 0) + 1)
    this.#measure(fn, 'Invocations')
    await clock.sleep(chance.integer(5, 25) + cold)
    const outcome = this.#parts.outcome(fn.name)
    const end = clock.now() + fn.timeout * 1000
    if (outcome === 'hang') await clock.sleep(fn.timeout * 1000 - 1)
    await clock.hold(this.#parts.before(fn.name, label))
    const work = () => this.#run(fn, { payload, label, chance, end })
    const { answer, paused } = await clock.hold(this.#alone(() => this.#pauses.during(work)))
    const died = clock.now() + paused >= end ? 'hang' : outcome
    await clock.sleep(died === 'hang' ? end - clock.now() : paused + chance.integer(30, 250))
    const error = died ? this.#death(fn, died, chance) : answer.error
    if (!error) return answer.result
    this.#measure(fn, 'Errors')
    throw error
  }

  #death({ timeout }: LambdaFunction, outcome: InvocationOutcome, chance: Random): FunctionError {
    const { name: requestId } = this.#parts
    if (outcome === 'hang') return new FunctionError(timedOut.name, timedOut.message(requestId, timeout))
    const names = Object.keys(exits)
    const name = names[chance.fork('death').integer(0, names.length - 1)] ?? ''
    return new FunctionError(name, exits[name]?.(requestId) ?? '')
  }

  #measure({ name }: LambdaFunction, metric: 'Invocations' | 'Errors'): void {
    const { metrics, clock } = this.#parts
    const of = { namespace: 'AWS/Lambda', name: metric, dimensions: { FunctionName: name } }
    metrics.record(of, clock.now(), 1)
  }

  /** One handler at a time: they share this process's environment, and order must not depend on real I/O. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }

  /** `end` is when its time is over, epoch milliseconds. */
  async #run(
    fn: LambdaFunction,
    { payload, label, chance, end }: { payload: unknown; label: string; chance: Random; end: number },
  ) {
    const { aws, metrics, clock } = this.#parts
    const host = process.env
    const now = clock.now()
    const restore = capturing((line) => metrics.print(line, now))
    // A plain object: nothing of the host's environment reaches a handler, and looking into it costs no system call.
    process.env = { ...this.#environments.get(fn.arn) }
    aws.attribution = label
    try {
      const handler = await this.#load(fn)
      const left = () => end - clock.now() - this.#pauses.longest
      const result = await handler(
        structuredClone(payload),
        context(fn, chance.uuid(), { world: this.#parts.name, left }),
      )
      return { result: JSON.parse(JSON.stringify(result ?? null)) as unknown }
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error))
      return { error: new FunctionError(name, message) }
    } finally {
      process.env = host
      restore()
      aws.attribution = ''
    }
  }

  async #load(fn: LambdaFunction): Promise<Handler> {
    const known = this.#handlers.get(fn.arn)
    if (known) return known
    const handler = await loadHandler(fn.directory, this.#pauses.modules)
    this.#handlers.set(fn.arn, handler)
    return handler
  }

  #environment(fn: LambdaFunction): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = this.#parts.aws.credentialsFor(fn.principal)
    return {
      ...fn.environment,
      AWS_ENDPOINT_URL: this.#parts.endpoint,
      ...this.#parts.environment(fn),
      AWS_REGION: fn.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_LAMBDA_FUNCTION_NAME: fn.name,
      // Lambda has no such files, and those of the host are the host's.
      AWS_CONFIG_FILE: `${fn.directory}/none`,
      AWS_SHARED_CREDENTIALS_FILE: `${fn.directory}/none`,
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_TRACE_ENABLED: 'false',
      // The X-Ray SDK's automatic mode hooks every promise of the process, once for each bundle.
      AWS_XRAY_MANUAL_MODE: 'true',
    }
  }
}

/** Takes metrics, which Powertools prints on standard output, out of it. */
function capturing(take: (line: string) => void): () => void {
  const { stdout } = process
  const write = stdout.write
  stdout.write = ((chunk: string | Uint8Array, ...rest: []) => {
    if (typeof chunk !== 'string' || !chunk.startsWith('{"_aws":')) return write.call(stdout, chunk, ...rest)
    take(chunk)
    return true
  }) as typeof stdout.write
  return () => {
    stdout.write = write
  }
}

const context = (fn: LambdaFunction, awsRequestId: string, { world, left }: { world: string; left: () => number }) => ({
  functionName: fn.name,
  functionVersion: '$LATEST',
  invokedFunctionArn: fn.arn,
  memoryLimitInMB: '256',
  awsRequestId,
  logGroupName: `/aws/lambda/${fn.name}`,
  logStreamName: world,
  getRemainingTimeInMillis: left,
})
