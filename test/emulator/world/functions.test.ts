import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AwsEndpoint } from '../../../emulator/aws-endpoint.ts'
import { VirtualClock } from '../../../emulator/clock.ts'
import { Random } from '../../../emulator/random.ts'
import { exits } from '../../../emulator/world/deaths.ts'
import { Functions } from '../../../emulator/world/functions.ts'
import { Metrics } from '../../../emulator/world/metrics.ts'
import { bundle, echo, failing, pausing } from './bundles.ts'

const build = { account: '111122223333', region: 'us-west-2' }
const arn = (name: string) => `arn:aws:lambda:us-west-2:111122223333:function:${name}`
const directories = { echo: bundle(echo), failing: bundle(failing), pausing: bundle(pausing, 'index.js') }
let unique = 0

/** Functions whose world is nothing but a clock and roles; each has a cold start of its own. */
function setUp(o: Partial<ConstructorParameters<typeof Functions>[0]> = {}) {
  const clock = new VirtualClock(0)
  const random = new Random(1)
  const aws = new AwsEndpoint({ clock, random, ...build })
  const before = vi.fn(async () => {})
  const endpoint = `http://127.0.0.1:9/${unique++}`
  const functions = new Functions({
    clock,
    random,
    aws,
    name: 'small',
    endpoint,
    environment: () => ({}),
    before,
    outcome: () => undefined,
    metrics: new Metrics(),
    ...o,
  })
  for (const [name, directory] of [
    ['golden-acquire-lock', directories.echo],
    ['golden-start-bake', directories.echo],
    ['golden-fail-rebake', directories.failing],
    ['golden-publish', directories.pausing],
    ['golden-no-bundle', '/nowhere'],
  ] as const) {
    const role = `arn:aws:iam::111122223333:role/${name}`
    aws.addRole({
      account: build.account,
      logicalId: name,
      name,
      arn: role,
      trust: { Statement: [] },
      policies: [],
    })
    functions.add({
      arn: arn(name),
      name,
      directory,
      environment: { MY_NAME: name },
      principal: aws.iam.principalOf(role, name),
      region: build.region,
      timeout: 30,
    })
  }
  const run = async (work: Promise<unknown>) => {
    const settled = Promise.allSettled([work])
    await clock.run()
    const [result] = await settled
    if (result.status === 'rejected') throw result.reason
    return result.value
  }
  return {
    clock,
    aws,
    functions,
    before,
    endpoint,
    invoke: (name: string, payload: unknown = {}, image = 'web') => run(functions.invoke(arn(name), payload, image)),
    run,
  }
}

type Echo = { event: unknown; cold: boolean; name: string; environment: Record<string, string> }

beforeEach(() => {
  vi.stubEnv('AWS_PROFILE', 'production')
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'https://dynamodb.us-east-1.amazonaws.com')
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('MY_NAME', 'mine')
  vi.stubEnv('MY_OWN', 'mine')
  vi.stubEnv('AWS_CONFIG_FILE', '/home/me/.aws/config')
})
afterEach(() => void vi.unstubAllEnvs())

describe('a function', () => {
  it('gets its own environment, region and credentials, and nothing of the host', async () => {
    const { invoke, endpoint, aws } = setUp()
    const { environment } = (await invoke('golden-acquire-lock')) as Echo
    expect(environment).toMatchObject({
      MY_NAME: 'golden-acquire-lock',
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-west-2',
      AWS_LAMBDA_FUNCTION_NAME: 'golden-acquire-lock',
    })
    expect(environment).not.toHaveProperty('AWS_PROFILE')
    expect(environment).not.toHaveProperty('AWS_ENDPOINT_URL_DYNAMODB')
    expect(environment).not.toHaveProperty('MY_OWN')
    // The files in the host's home directory would be read where nothing else is said.
    expect(existsSync(environment.AWS_CONFIG_FILE ?? '/')).toBe(false)
    expect(existsSync(environment.AWS_SHARED_CREDENTIALS_FILE ?? '/')).toBe(false)
    expect(aws.iam.principalFor(environment.AWS_ACCESS_KEY_ID ?? '')).toMatchObject({
      role: 'golden-acquire-lock',
    })
  })

  it.each(['golden-acquire-lock', 'golden-fail-rebake', 'golden-no-bundle'])(
    "leaves the host's environment as it was: %s",
    async (name) => {
      const { invoke, aws } = setUp()
      const before = { ...process.env }
      await invoke(name, { detail: { error: 'Transient' } }).catch(() => {})
      expect(process.env).toEqual(before)
      expect(process.env).not.toHaveProperty('AWS_LAMBDA_FUNCTION_NAME')
      expect(aws.attribution).toBe('')
    },
  )

  it('is invoked one at a time: none sees the environment of another', async () => {
    const { functions, run } = setUp()
    const names = ['golden-acquire-lock', 'golden-start-bake', 'golden-acquire-lock']
    const results = (await run(Promise.all(names.map((name) => functions.invoke(arn(name), {}, 'web'))))) as Echo[]
    expect(results.map(({ name, environment }) => [name, environment.MY_NAME])).toEqual(
      names.map((name) => [name, name]),
    )
  })

  it('starts cold once, which takes longer', async () => {
    const { invoke, clock } = setUp()
    const results: Echo[] = []
    const took: number[] = []
    for (const _ of [1, 2, 3]) {
      const started = clock.now()
      results.push((await invoke('golden-acquire-lock')) as Echo)
      took.push(clock.now() - started)
    }
    expect(results.map(({ cold }) => cold)).toEqual([true, false, false])
    expect(took[0]).toBeGreaterThanOrEqual(400 + 5 + 30)
    for (const warm of took.slice(1)) expect(warm).toBeLessThanOrEqual(25 + 250)
  })

  it('gets a copy of its payload: what it does to it, nobody else sees', async () => {
    const { functions, run } = setUp()
    const payload = { detail: { list: [1] } }
    const { event } = (await run(functions.invoke(arn('golden-acquire-lock'), payload, 'web'))) as Echo
    expect(event).toEqual(payload)
    expect(payload).toEqual({ detail: { list: [1] } })
  })

  it('is counted for the image that it works for', async () => {
    const { invoke, functions, before } = setUp()
    await invoke('golden-acquire-lock', {}, 'web')
    await invoke('golden-start-bake', {}, 'web')
    await invoke('golden-acquire-lock', {}, 'api')
    expect([...functions.invocations]).toEqual([
      ['web', 2],
      ['api', 1],
    ])
    expect(before.mock.calls).toEqual([
      ['golden-acquire-lock', 'web'],
      ['golden-start-bake', 'web'],
      ['golden-acquire-lock', 'api'],
    ])
  })
})

describe('an error', () => {
  it.each([
    ['golden-fail-rebake', { detail: { error: 'ValidationFailed' } }, 'ValidationFailed', 'because'],
    ['golden-fail-rebake', { detail: { text: 'no error object' } }, 'Error', 'no error object'],
    ['golden-no-bundle', {}, 'Error', '/nowhere/index.mjs'],
    ['golden-nobody', {}, 'Lambda.ResourceNotFoundException', 'Function not found'],
  ])('of %s given %j is %s', async (name, payload, error, message) => {
    await expect(setUp().invoke(name, payload)).rejects.toMatchObject({
      name: error,
      message: expect.stringContaining(message),
    })
  })

  it('does not stop the next invocation', async () => {
    const { invoke } = setUp()
    await expect(invoke('golden-fail-rebake', { detail: { error: 'Transient' } })).rejects.toThrow('because')
    expect(await invoke('golden-acquire-lock')).toMatchObject({ name: 'golden-acquire-lock' })
  })
})

describe('a crash', () => {
  it('happens once, after the work, and looks as Lambda reports it', async () => {
    const crashing = ['golden-acquire-lock']
    const outcome = (name: string) => (crashing.includes(name) && crashing.splice(0).length > 0 ? 'crash' : undefined)
    const { invoke, functions } = setUp({ outcome })
    expect(await invoke('golden-start-bake')).toMatchObject({ name: 'golden-start-bake' })
    await expect(invoke('golden-acquire-lock')).rejects.toMatchObject({
      name: expect.toBeOneOf(Object.keys(exits)),
      message: expect.stringContaining('RequestId: small'),
    })
    // The work was done: what comes next is warm.
    expect(await invoke('golden-acquire-lock')).toMatchObject({ cold: false })
    expect(functions.invocations.get('web')).toBe(3)
  })

  it('has each of the names that Lambda has for it', async () => {
    const { invoke } = setUp({ outcome: () => 'crash' })
    const names = new Set<string>()
    for (let tried = 0; tried < 60; tried++)
      await invoke('golden-acquire-lock').catch((error: Error) => names.add(error.name))
    expect([...names].sort()).toEqual(Object.keys(exits).sort())
  })
})

describe('a function that hangs', () => {
  it('works in the last moment of its time, and is ended then', async () => {
    const at: number[] = []
    const before = async () => void at.push(clock.now())
    const { invoke, clock } = setUp({ outcome: () => 'hang', before })
    const hanging = invoke('golden-acquire-lock')
    await expect(hanging).rejects.toMatchObject({
      name: 'Sandbox.Timedout',
      message: 'RequestId: small Error: Task timed out after 30.00 seconds',
    })
    expect(clock.now() - (at[0] ?? 0)).toBe(1)
    expect(clock.now()).toBeGreaterThanOrEqual(30_000)
    expect(clock.now()).toBeLessThan(31_000)
  })
})

describe('a function that pauses', () => {
  it('takes as much longer, and has as much less time left', async () => {
    const { invoke, clock } = setUp()
    expect(await invoke('golden-publish', { seconds: 20 })).toEqual({ left: 10_000 })
    expect(clock.now()).toBeGreaterThan(20_000)
    expect(clock.now()).toBeLessThan(22_000)
  })

  it('pauses once where it works side by side, however long one of its calls takes', async () => {
    const server = createServer((_, response) => void setTimeout(() => response.end(), 50))
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      expect(await setUp().invoke('golden-publish', { seconds: 1, url })).toEqual({ left: 29_000 })
    } finally {
      server.close()
    }
  })

  it('is ended where it pauses for longer than it may run', async () => {
    const { invoke, clock } = setUp()
    await expect(invoke('golden-publish', { seconds: 40 })).rejects.toMatchObject({ name: 'Sandbox.Timedout' })
    expect(clock.now()).toBeGreaterThanOrEqual(30_000)
    expect(clock.now()).toBeLessThan(31_000)
  })
})
