import * as v from 'valibot'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

type Stack = typeof import('../../../functions/runtime/handler.ts')
let stack: Stack
let errors: typeof import('../../../domain/errors.ts')

beforeAll(async () => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT')
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'golden')
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', undefined)
  vi.stubEnv('POWERTOOLS_DEV', undefined)
  // The log level and the namespace are read once, when the module is loaded.
  vi.resetModules()
  stack = await import('../../../functions/runtime/handler.ts')
  errors = await import('../../../domain/errors.ts')
  vi.unstubAllEnvs()
})
afterEach(() => void vi.restoreAllMocks())

const Input = v.object({
  account: v.string(),
  detail: v.object({ ImageId: v.string(), State: v.literal('available') }),
  resources: v.optional(v.tuple([v.pipe(v.string(), v.startsWith('arn:'))])),
})
const input = { account: '111122223333', detail: { ImageId: 'ami-0a', State: 'available' } }
const context = { functionName: 'golden-acquire-lock', awsRequestId: 'request' } as never
const invoke = (event: unknown, work: (input: v.InferOutput<typeof Input>) => Promise<unknown>) =>
  stack.createHandler(Input, work)(event, context)

/** What the function prints for CloudWatch: each line a JSON object. */
function printed() {
  const lines: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  return () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('input', () => {
  it.each<[string, unknown, RegExp]>([
    ['no object', 'text', /^input: .*Object/],
    ['nothing', null, /^input: /],
    ['a member that is missing', { ...input, detail: { State: 'available' } }, /^detail\.ImageId: .*undefined/],
    ['a wrong value', { ...input, detail: { ...input.detail, State: 'failed' } }, /^detail\.State: .*"failed"/],
    ['a wrong element', { ...input, resources: ['ami-0a'] }, /^resources\.0: .*"arn:"/],
    ['two problems', { detail: { State: 'available' } }, /^account: [^;]+; detail\.ImageId: [^;]+$/],
  ])('refuses %s, names the path, and does no work', async (_, event, message) => {
    const work = vi.fn()
    await expect(invoke(event, work)).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringMatching(message),
    })
    expect(work).not.toHaveBeenCalled()
  })

  it('reaches the work as the schema reads it, without members that nobody asked for', async () => {
    const work = vi.fn(async () => ({}))
    await invoke({ ...input, extra: 1, detail: { ...input.detail, RequestId: 'r' } }, work)
    expect(work).toHaveBeenCalledExactlyOnceWith(input)
  })
})

it.each([[{ campaigns: ['a'] }], [{}], [undefined]])('answers %j as the work did', async (result) => {
  expect(await invoke(input, async () => result)).toEqual(result)
})

describe('errors', () => {
  const named = (name: string, more = {}) => Object.assign(new Error('because'), { name, ...more })

  it.each<[string, () => Error, string, string]>([
    ['throttling', () => named('ThrottlingException'), 'Transient', 'ThrottlingException: because'],
    ['a 500', () => named('InternalError', { $fault: 'server' }), 'Transient', 'InternalError: because'],
    ['a quota', () => named('ServiceQuotaExceededException'), 'QuotaReached', 'ServiceQuotaExceededException: because'],
    ['our own', () => new errors.ValidationFailed('not encrypted'), 'ValidationFailed', 'not encrypted'],
    ['any other', () => named('AccessDeniedException'), 'AccessDeniedException', 'because'],
  ])('reach the state machine by name: %s', async (_, error, name, message) => {
    const failed = invoke(input, async () => Promise.reject(error()))
    await expect(failed).rejects.toMatchObject({ name, message })
  })
})

describe('the text of an error', () => {
  const targets = Array.from(
    { length: 1_000 },
    (_, at) => `22223333${String(at).padStart(4, '0')} us-west-2: no "role"`,
  )
  const thrown = (message: string) =>
    invoke(input, async () => {
      throw new errors.PublicationIncomplete(message)
    }).then(
      () => undefined,
      (error: Error) => error,
    )

  it.each([
    ['that names 1,000 targets', targets.join('; ')],
    ['of lines', targets.join('\n')],
    ['of letters that take four bytes', '🦄'.repeat(20_000)],
  ])('%s is cut: Lambda makes a cause of it that Step Functions takes', async (_, message) => {
    const error = await thrown(message)
    expect(error).toMatchObject({ name: 'PublicationIncomplete', message: expect.stringMatching(/…$/) })
    // github.com/aws/aws-lambda-nodejs-runtime-interface-client, src/Errors.js
    const cause = { errorType: error?.name, errorMessage: error?.message, trace: error?.stack?.split('\n') }
    expect(Buffer.byteLength(JSON.stringify(cause))).toBeLessThan(32_768)
    expect(message.startsWith(String(error?.message).slice(0, -1))).toBe(true)
    expect(cause.trace?.filter((line) => line.startsWith('    at ')).length).toBeGreaterThan(1)
  })
})

describe('metrics', () => {
  it('are published when something was counted, one by one, in the namespace of the fleet', async () => {
    const lines = printed()
    await invoke(input, async () => {
      stack.count('ImageReleased')
      stack.count('ReleaseRefused')
    })
    expect(lines()).toEqual([expect.objectContaining({ ImageReleased: 1, ReleaseRefused: 1 })])
    expect(lines()[0]?._aws).toMatchObject({
      CloudWatchMetrics: [
        {
          Namespace: 'golden',
          Metrics: [
            { Name: 'ImageReleased', Unit: 'Count' },
            { Name: 'ReleaseRefused', Unit: 'Count' },
          ],
        },
      ],
    })
  })

  it('are published once: the next invocation prints nothing of them', async () => {
    const lines = printed()
    await invoke(input, async () => stack.count('ImageFailed'))
    await invoke(input, async () => ({}))
    expect(lines()).toHaveLength(1)
  })

  it('of work that failed afterwards are published all the same', async () => {
    const lines = printed()
    const failed = invoke(input, async () => {
      stack.count('CampaignStarted')
      throw new Error('too late')
    })
    await expect(failed).rejects.toThrow('too late')
    expect(lines()).toEqual([expect.objectContaining({ CampaignStarted: 1 })])
  })

  it.each([
    ['succeeds', async () => ({})],
    ['fails', async () => Promise.reject(new Error('no'))],
  ])('print nothing, and no warning, when nothing was counted and the work %s', async (_, work) => {
    const lines = printed()
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await Promise.allSettled([invoke(input, work)])
    expect(lines()).toEqual([])
    expect(warned).not.toHaveBeenCalled()
  })
})
