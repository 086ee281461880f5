import { describe, expect, it } from 'vitest'
import { compile, evaluate, expressionIn } from '../../emulator/step-functions/expressions.ts'
import { addedFunctions } from '../../emulator/step-functions/functions.ts'
import type { Json } from '../../emulator/step-functions/types.ts'
import { readDefinition } from '../../infra/definitions.ts'
import { type MachineName, machineNames } from '../../infra/functions/names.ts'
import { carriers, causeOf } from '../support/carriers.ts'

/** What the state machines decide by themselves: conditions, and what they read of answers and errors. */

interface State {
  Type: string
  Cause?: Json
  Catch?: { ErrorEquals: string[]; Assign?: Json; Output?: Json; Next: string }[]
  Choices?: { Condition: string; Next: string }[]
  Assign?: Json
  Seconds?: string
  Default?: string
  Branches?: { States: Record<string, State> }[]
  ItemProcessor?: { States: Record<string, State> }
}
const statesOf = (states: Record<string, State>): [string, State][] =>
  Object.entries(states).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.Branches ?? []).flatMap((branch) => statesOf(branch.States)),
    ...statesOf(state.ItemProcessor?.States ?? {}),
  ])
const statesIn = (name: MachineName) => statesOf(readDefinition(name).States as unknown as Record<string, State>)
const machine = (name: MachineName) => Object.fromEntries(statesIn(name))
const rebake = machine('rebake')
const campaign = machine('campaign')

/** Every expression of a definition, wherever it stands. */
const expressionsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return expressionIn(value) === undefined ? [] : [expressionIn(value) as string]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(expressionsIn) : []
}

/** What a template becomes, with these variables and what `$states` holds. */
const evaluated = (template: Json, variables: object, states: object = {}) =>
  evaluate(template, 'test', () => ({ ...addedFunctions(0, () => ({}) as never), ...variables, states }))
const nextOf = async ({ Choices = [], Default }: State, variables: object, states: object = {}) => {
  for (const { Condition, Next } of Choices) if (await evaluated(Condition, variables, states)) return Next
  return Default
}
const catchOf = (state: State | undefined, error: string) => {
  const found = state?.Catch?.find(({ ErrorEquals }) => ErrorEquals.includes(error))
  if (!found) throw new Error(`nothing catches ${error}`)
  return found
}

describe('the fields of errors', () => {
  const errorOutputOf = (error: { name: string; message: string }) => ({ Error: error.name, Cause: causeOf(error) })
  const { opensAt } = carriers.OutsideChangeWindow.data
  const { arn } = carriers.DistributionRetriable.data

  it.each([
    ['Start Bake', 'OutsideChangeWindow', { opensAt }, 'Wait for Change Window'],
    ['Start Distribution', 'OutsideChangeWindow', { ringOpensAt: opensAt }, 'Wait for Ring Window'],
    ['Verify Distribution', 'DistributionInProgress', { awaited: arn, lookAfter: 240 }, 'Await Distribution'],
    ['Verify Distribution', 'DistributionRetriable', { awaited: arn }, 'Wait before Copy Retry'],
  ] as const)('%s goes on with what %s has: %j', async (name, error, assigned, next) => {
    const { Assign = null, Next } = catchOf(rebake[name], error)
    expect(await evaluated(Assign, { lookAfter: 120 }, { errorOutput: errorOutputOf(carriers[error]) })).toEqual(
      assigned,
    )
    expect(Next).toBe(next)
  })

  it('asks again after twice as long, until it is five minutes', async () => {
    const { Assign = null } = catchOf(rebake['Verify Distribution'], 'DistributionInProgress')
    const next = async (lookAfter: number) =>
      evaluated(Assign, { lookAfter }, { errorOutput: errorOutputOf(carriers.DistributionInProgress) })
    for (const [before, after] of [
      [120, 240],
      [240, 300],
      [3_600, 300],
    ] as const)
      expect(await next(before)).toMatchObject({ lookAfter: after })
  })

  const readersIn = (value: unknown) => expressionsIn(value).filter((expression) => /\berrorMessage\b/.test(expression))
  /** Each Catch that reads a field of its error. */
  const reading = machineNames.flatMap((name) =>
    statesIn(name).flatMap(([state, reported]) =>
      (reported.Catch ?? []).filter((each) => readersIn(each).length > 0).map((catcher) => ({ name, state, catcher })),
    ),
  )
  const read = reading.flatMap((each) => each.catcher.ErrorEquals.map((error) => Object.assign({ error }, each)))

  it.each(read)('$state of $name reads fields that $error has', async ({ error, catcher }) => {
    const found = Object.values(carriers).find(({ name }) => name === error)
    if (!found) throw new Error(`${error} carries no data`)
    const states = { errorOutput: errorOutputOf(found) }
    for (const expression of readersIn(catcher))
      expect(await evaluated(`{% ${expression} %}`, {}, states)).toEqual(expect.any(String))
  })

  it('are read where they are caught, and nowhere else', () => {
    const all = machineNames.flatMap((name) => readersIn(readDefinition(name)))
    expect(all.length).toBeGreaterThan(0)
    expect(reading.flatMap(({ catcher }) => readersIn(catcher)).sort()).toEqual(all.sort())
  })
})

describe('what is not open yet', () => {
  const until = '2027-01-03T13:00:00.000Z'

  it('bakes under a new claim of the same image', async () => {
    const { Output = null } = catchOf(rebake['Start Bake'], 'OutsideChangeWindow')
    const variables = { campaign: 'c', image: 'web', parentAmi: 'ami-0a' }
    expect(await evaluated(Output, variables)).toEqual(variables)
  })

  it.each([
    [{ roots: [], opensAt: until }, 'Announce Wait'],
    [{ roots: [] }, 'Is Anything to Bake?'],
  ])('a campaign that is planned as %j goes on to %s', async (Payload, next) => {
    const assigned = await evaluated(
      campaign['Plan Campaign']?.Assign ?? null,
      {},
      {
        context: { Execution: { Name: 'c' } },
        result: { Payload },
      },
    )
    expect(await nextOf(campaign['Is the Change Window Open?'] as State, assigned as object)).toBe(next)
  })
})

describe('a quota that is reached', () => {
  const waits = async (state: string, bindings: (tried: number) => [object, object]) =>
    Promise.all(
      Array.from({ length: 24 }, (_, at) => evaluated(rebake[state]?.Seconds ?? null, ...bindings(at + 1))),
    ) as Promise<number[]>
  const inState = (tried: number): [object, object] => [{}, { input: { quotaWaits: tried } }]
  const inVariable = (tried: number): [object, object] => [{ quotaWaits: tried }, {}]

  it.each([
    ['Wait for Build Quota', inVariable],
    ['Wait for Copy Quota', inState],
  ] as const)(
    '%s: five minutes at first, never more than half an hour, and ten and a half hours in all',
    async (state, of) => {
      const seconds = await waits(state, of)
      expect(seconds.slice(0, 6)).toEqual([300, 450, 675, 1012, 1518, 1800])
      expect(new Set(seconds.slice(5))).toEqual(new Set([1800]))
      expect(seconds.reduce((sum, each) => sum + each, 0) / 3600).toBeCloseTo(10.6, 1)
    },
  )

  it.each([
    ['Can the Bake Be Retried?', inVariable, 'Wait for Build Quota', 'Record Rebake Failure'],
    ['Can the Copy Be Retried?', inState, 'Wait for Copy Quota', 'Ring Failed'],
  ] as const)('%s: 24 times', async (state, of, again, over) => {
    const next = (tried: number) => nextOf(rebake[state] as State, ...of(tried))
    expect(await Promise.all([1, 24, 25].map(next))).toEqual([again, again, over])
  })

  it('is counted, for each ring by itself', async () => {
    const { Output = null } = catchOf(rebake['Start Distribution'], 'QuotaReached')
    const ring = { ring: 'early', soak: 0 }
    expect(await evaluated(Output, {}, { input: ring })).toEqual({ ...ring, quotaWaits: 1 })
    expect(await evaluated(Output, {}, { input: { ...ring, quotaWaits: 3 } })).toEqual({
      ...ring,
      quotaWaits: 4,
    })
    const { Assign = null } = catchOf(rebake['Start Bake'], 'QuotaReached')
    const errorOutput = { Error: 'QuotaReached', Cause: '' }
    expect(await evaluated(Assign, { quotaWaits: 3 }, { errorOutput })).toMatchObject({ quotaWaits: 4 })
  })
})

describe('what a newer campaign took over is no failure', () => {
  it.each([
    [{}, 'Rebake Done'],
    [{ failure: { Error: 'Superseded', Cause: '' } }, 'Rebake Done'],
    [{ failure: { Error: 'DistributionFailed', Cause: '' } }, 'Rebake Failed'],
  ])('a roll-out that ended with %j: %s', async (rollOut, next) => {
    expect(await nextOf(rebake['Was It Rolled Out?'] as State, { rollOut })).toBe(next)
  })

  it.each([
    ['superseded', 'Rebake Done'],
    ['failed', 'Rebake Failed'],
    ['aborted', 'Rebake Failed'],
  ])('a bake that ended as %s: %s', async (as, next) => {
    expect(await nextOf(rebake['Was It Superseded?'] as State, { as })).toBe(next)
  })

  it.each([
    [{ failed: 0, skipped: 0 }, 'Campaign Finished'],
    [{ failed: 1, skipped: 0 }, 'Images Failed'],
    [{ failed: 0, skipped: 1 }, 'Images Failed'],
  ])('a campaign with %j: %s', async (counts, next) => {
    const summary = { released: 1, superseded: 2, ...counts }
    expect(await nextOf(campaign['Is Every Image Released?'] as State, { summary })).toBe(next)
  })
})

describe('the end of a bake', () => {
  const imageArn = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-web/1.0.0/1'
  const amis = [
    { Region: 'eu-west-1', Image: 'ami-0b' },
    { Region: 'us-west-2', Image: 'ami-0a' },
  ]
  const began = '2026-09-01T06:00:00.000Z'
  const after = (seconds: number) => new Date(Date.parse(began) + seconds * 1000).toISOString()
  const known = {
    imageArn,
    order: { maxChecks: 4, checkSeconds: 900 },
    bakeBegan: began,
    reason: '',
    late: 0,
    isFull: false,
    attempt: 0,
  }
  const next = (variables: object, seconds = 900) =>
    nextOf(rebake['Is the Bake Done?'] as State, Object.assign({}, known, variables), {
      context: { State: { EnteredTime: after(seconds) } },
    })

  it.each([
    ['AVAILABLE', amis, 'Run Checks'],
    ['BUILDING', [], 'Await Bake'],
    ['CANCELLED', [], 'Record Rebake Failure'],
    ['FAILED', [], 'Bake Failed'],
    ['DEPRECATED', [], 'Bake Failed'],
    ['A NEW STATUS', [], 'Bake Failed'],
  ])('%s, with %j: %s', async (status, found, to) => {
    expect(await next({ status, amis: found, endReported: false })).toBe(to)
  })

  it('FAILED, where there are several subnets: a function judges whether the next may be better', async () => {
    const order = { ...known.order, subnets: ['subnet-a', 'subnet-b'] }
    for (const failed of [[], [{ imageArn, reason: 'full' }]]) {
      const state = rebake['Is the Bake Done?'] as State
      const rule = state.Choices?.find(({ Next }) => Next === 'Start Bake') as { Assign?: Json } | undefined
      expect(await next({ status: 'FAILED', amis: [], endReported: true, order, failed })).toBe('Start Bake')
      expect(await evaluated(rule?.Assign ?? null, { failed, imageArn, reason: 'no room' })).toEqual({
        late: 0,
        failed: [...failed, { imageArn, reason: 'no room' }],
      })
    }
  })

  it.each([
    ['TESTING', 899, 'Await Bake'],
    ['TESTING', 3599, 'Await Bake'],
    ['TESTING', 3600, 'Cancel Bake'],
  ])(
    'no event came, and it is still %s after %i seconds, however often it was asked: %s',
    async (status, seconds, to) => {
      expect(await next({ status, amis: [], endReported: false }, seconds)).toBe(to)
    },
  )

  it.each([
    ['INTEGRATING', true, 0, 'Await Answer'],
    ['INTEGRATING', true, 895, 'Await Answer'],
    ['INTEGRATING', true, 900, 'Record Rebake Failure'],
    ['AVAILABLE', true, 0, 'Await Answer'],
    ['AVAILABLE', false, 0, 'Await Answer'],
    ['AVAILABLE', false, 900, 'Record Rebake Failure'],
  ])(
    '%s without an AMI, reported its end: %s, after %i seconds of late answers: %s',
    async (status, told, late, to) => {
      // Whatever the time: what was said to have ended is never cancelled.
      for (const seconds of [1, 100_000])
        expect(await next({ status, amis: amis.slice(0, 1), endReported: told, late }, seconds)).toBe(to)
    },
  )

  it('asks again after 5, 10, 20, 40 seconds, then every minute', async () => {
    const { Seconds = null, Assign = null } = rebake['Await Answer'] as State
    const asked: number[] = []
    let late = 0
    while (late < 900) {
      asked.push((await evaluated(Seconds, { late })) as number)
      late = ((await evaluated(Assign, { late })) as { late: number }).late
    }
    expect(asked.slice(0, 6)).toEqual([5, 10, 20, 40, 60, 60])
    expect(asked.reduce((sum, each) => sum + each, 0)).toBe(late)
  })

  it.each([
    ['Await Bake', 'DynamoDb.ConditionalCheckFailedException', true],
    ['Await Bake', 'States.Timeout', false],
  ])('%s ends by %s: reported the end is %s', async (state, error, endReported) => {
    expect(catchOf(rebake[state], error).Assign).toEqual({ endReported })
    expect(rebake[state]?.Assign).toEqual({ endReported: true })
  })
})

describe('a promotion', () => {
  const baked = { imageArn: 'arn:image/web/1.0.0/1', ami: 'ami-0b', order: { rings: [], children: [] } }
  const root = { image: 'web', execution: 'c-web', parentAmi: 'ami-0a' }
  const state = rebake['Is It Baked Already?'] as State

  it.each([
    [root, 'Acquire Bake Lock'],
    [{ ...root, baked }, 'Roll Out and Rebake Children'],
  ])('starts where a bake has passed: %#', async (input, next) => {
    expect(await nextOf(state, {}, { input })).toBe(next)
  })

  it('knows what a bake would know by then', async () => {
    const { Assign = null } = (state.Choices?.[0] ?? {}) as State
    expect(await evaluated(Assign, {}, { input: { campaign: 'c', ...root, baked } })).toEqual({
      campaign: 'c',
      image: 'web',
      parentAmi: 'ami-0a',
      ...baked,
    })
  })

  it.each([root, { ...root, baked }])('reaches the rebake with all that its root has: %#', async (input) => {
    const { Arguments } = campaign['Rebake Root'] as State & { Arguments: { Input: string } }
    const { execution: _, ...rest } = input
    const context = { Execution: { Id: 'arn:c' } }
    expect(await evaluated(Arguments.Input, { campaign: 'c' }, { input, context })).toEqual({
      campaign: 'c',
      AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: 'arn:c',
      ...rest,
    })
  })
})

it.each(machineNames)('every expression of %s is JSONata', (name) => {
  const expressions = expressionsIn(readDefinition(name))
  expect(expressions.length).toBeGreaterThan(5)
  for (const expression of expressions) expect(() => compile(expression)).not.toThrow()
})

it.each(machineNames)('no expression of %s cuts a sentence to pieces, but for its length', (name) => {
  const cutting = /\$(substringBefore|substringAfter|substring|match|contains|replace)\(/
  const expressions = expressionsIn(readDefinition(name)).map((each) =>
    each.replace(/\$substring\([$.\w]+, 0, 8000\)/, ''),
  )
  expect(expressions.filter((expression) => cutting.test(expression))).toEqual([])
})

describe('the cause of an execution that fails', () => {
  const failing = machineNames.flatMap((name) =>
    statesIn(name).flatMap(([state, reported]) =>
      reported.Type === 'Fail' ? [{ name, state, Cause: reported.Cause ?? null }] : [],
    ),
  )
  const long = 'x'.repeat(40_000)
  const variables = (text: string) => ({
    ...Object.fromEntries(['failure', 'ringFailure', 'checkFailure'].map((each) => [each, { Cause: text }])),
    closing: { sentence: text },
    summary: { sentence: text.slice(0, 200) },
    operation: 'revoke-1',
  })

  it.each(failing)('is no longer than Step Functions takes: $state of $name', async ({ Cause }) => {
    const cause = await evaluated(Cause, variables(long), { input: { problems: 3 } })
    expect(String(cause).length).toBeLessThanOrEqual(8_000)
    expect(await evaluated(Cause, variables('short'), { input: { problems: 3 } })).not.toBe('')
  })
})
