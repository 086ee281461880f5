import { globSync, readdirSync, readFileSync } from 'node:fs'
import { getLanguageService, TextDocument } from 'amazon-states-language-service'
import validate from 'asl-validator'
import { describe, expect, it } from 'vitest'
import * as errors from '../../domain/errors.ts'
import { explain } from '../../domain/messages/failures.ts'
import { stepErrors } from '../../domain/step-errors.ts'
import { checkDefinition } from '../../emulator/step-functions/check/check.ts'
import { readDefinition } from '../../infra/definitions.ts'
import { type MachineName, machineNames } from '../../infra/functions/names.ts'

interface Failing {
  failure?: { Error?: string }
  ringFailure?: { Error?: string }
}

interface State {
  Type: string
  Resource?: string
  TimeoutSeconds?: unknown
  Retry?: { ErrorEquals: string[]; JitterStrategy?: string }[]
  Catch?: { ErrorEquals: string[]; Assign?: Failing }[]
  Error?: string
  Assign?: Failing
  Choices?: { Assign?: Failing }[]
  Branches?: { States: Record<string, State> }[]
  ItemProcessor?: { States: Record<string, State> }
}

/** Every state, those inside of Maps and Parallels included. */
const statesOf = (states: Record<string, State>): [string, State][] =>
  Object.entries(states).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.Branches ?? []).flatMap((branch) => statesOf(branch.States)),
    ...statesOf(state.ItemProcessor?.States ?? {}),
  ])

const statesIn = (name: MachineName) => statesOf(readDefinition(name).States as unknown as Record<string, State>)

it("a definition is its reader's own: what a validator writes into it, no template has", () => {
  const before = JSON.stringify(readDefinition('rebake'))
  validate(readDefinition('rebake'))
  expect(JSON.stringify(readDefinition('rebake'))).toBe(before)
})

it('every file of statemachines/ is deployed', () => {
  expect(readdirSync('statemachines').sort()).toEqual(machineNames.map((name) => `${name}.asl.yaml`).sort())
})
const thrown = Object.values(errors)
  .filter((value) => typeof value === 'function' && value.prototype instanceof Error)
  .map((value): string => new (value as typeof errors.Transient)('').name)
const sources = globSync('{functions,ledger,aws,domain}/**/*.ts')
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n')
/** What outcomes of waits fail their tasks with: `{ error: 'Superseded' }`. */
const brought = [...sources.matchAll(/\berror: '(\w+)'/g)].flatMap(([, name]) => name ?? [])
const ofAws = Object.keys(stepErrors)

/** The names that a retrier lists. */
const namesOf = (retrier: string) => ofAws.filter((error) => stepErrors[error]?.retriedAs === retrier)

/** A task that waits for a token has the time-out of its wait, which its Catch is about. */
const retriers: Record<string, string[]> = {
  'lambda:invoke': ['transient', 'timeout'],
  'lambda:invoke.waitForTaskToken': ['transient'],
  'states:startExecution.sync:2': ['start'],
  'aws-sdk:dynamodb:updateItem.waitForTaskToken': ['dynamodb'],
  'aws-sdk:imagebuilder:getImage': ['image-builder'],
  'aws-sdk:imagebuilder:cancelImageCreation': ['image-builder'],
}
const retriersFor = (resource: string) => retriers[resource.replace('arn:aws:states:::', '')] ?? []

const languageService = getLanguageService({})

/** What three readers of the language say against a definition: ours, that of an editor by AWS, and a validator of others. */
async function problemsOf(definition: object): Promise<string[]> {
  const document = TextDocument.create('memory://definition', 'asl', 1, JSON.stringify(definition))
  const found = await languageService.doValidation(document, languageService.parseJSONDocument(document))
  const { errors } = validate(definition)
  return [
    ...checkDefinition(definition as never).map((problem) => `emulator: ${JSON.stringify(problem)}`),
    ...found.map(({ message }) => `amazon-states-language-service: ${message}`),
    ...errors.map((error) => `asl-validator: ${error.message}`),
  ]
}

it('all three readers see a transition to nowhere', async () => {
  const definition = readDefinition('release')
  const problems = await problemsOf({ ...definition, StartAt: 'Nowhere' })
  for (const reader of ['emulator', 'amazon-states-language-service', 'asl-validator'])
    expect(problems.filter((problem) => problem.startsWith(reader))).not.toEqual([])
})

describe.each(machineNames)('%s', (name) => {
  const states = statesIn(name)
  const tasks = states.filter(([, state]) => state.Type === 'Task')

  it('is a definition that Step Functions takes', async () => {
    expect(await problemsOf(readDefinition(name))).toEqual([])
  })

  it.each(tasks)('%s has a timeout, a Retry with jitter, and a Catch for everything', (_, state) => {
    // That of a call of a function follows from the function's own: test/infra/state-machines.test.ts.
    const isDerived = state.Resource === 'arn:aws:states:::lambda:invoke'
    expect(state.TimeoutSeconds !== undefined).toBe(!isDerived)
    expect(state.Retry?.length).toBeGreaterThan(0)
    for (const retrier of state.Retry ?? []) expect(retrier.JitterStrategy).toBe('FULL')
    expect(state.Catch?.at(-1)?.ErrorEquals).toEqual(['States.ALL'])
  })

  it.each(tasks)('%s names only errors that somebody throws', (_, state) => {
    const named = [...(state.Retry ?? []), ...(state.Catch ?? [])].flatMap(({ ErrorEquals }) => ErrorEquals)
    expect(named.filter((name) => ![...ofAws, ...thrown, ...brought].includes(name))).toEqual([])
  })

  it.each(tasks)('%s tries again what may come and go of the service that it calls', (_, state) => {
    const { Resource = '', Retry = [] } = state
    const retried = Retry.flatMap(({ ErrorEquals }) => ErrorEquals)
    const expected = retriersFor(Resource).flatMap(namesOf)
    expect(expected.length).toBeGreaterThan(0)
    if (retried.includes('States.ALL')) return
    expect(retried.filter((error) => ofAws.includes(error)).sort()).toEqual(expected.sort())
    if (Resource.includes(':lambda:')) expect(retried).toContain('Transient')
  })

  it.each(states)('%s reads as what it does', (name, { Type }) => {
    if (Type === 'Choice') expect(name).toMatch(/^(Is|Are|Was|Can|Did|Has) .+\?$/)
    else expect(name).toMatch(/^[A-Z][a-z]+( (and|to|the|for|from|with|before|[A-Z][a-z]+))*$/)
  })
})

describe('the errors of the functions', () => {
  it.each(thrown)('%s is thrown', (name) => {
    expect(sources).toMatch(new RegExp(`new ${name}\\(`))
  })

  it('have names that minifying cannot change', () => {
    expect(thrown).toEqual(Object.keys(errors))
  })

  const retried = [
    'Transient',
    'AmiNotVisible',
    'DistributionInProgress',
    'InvalidInput',
    'OutsideChangeWindow',
    'Superseded',
    'CheckAgain',
    'ApprovalNeeded',
    'CopiesGone',
    'CopiesInPlace',
    'DistributionRetriable',
    // A dead letter's, which says itself what to do.
    'SlackRefused',
  ]
  const made = statesIn('rebake').flatMap(([, state]) => {
    const { Assign, Choices = [], Catch = [] } = state
    return [Assign, ...[...Choices, ...Catch].map((each) => each.Assign)].flatMap(
      (assign) => assign?.failure?.Error ?? assign?.ringFailure?.Error ?? [],
    )
  })
  const final = [...[...thrown, ...brought].filter((name) => !retried.includes(name)), ...made].filter(
    (name) => !name.startsWith('{%'),
  )

  it.each(final)('%s is explained to people', (name) => {
    expect(explain(name)).not.toEqual(explain('no such error'))
  })
})
