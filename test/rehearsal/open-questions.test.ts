import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { lenient, type OpenQuestionName, openQuestionNames, openQuestions } from '../../emulator/index.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { changeMachines, type Mutation, mutantOf } from '../support/mutant-product.ts'
import { readEvent, slow, stageFor } from '../support/rehearsal.ts'
import { fleetOf } from './ring-rehearsal.ts'

/**
 * A product that relies on the lenient reading of a question. Its rehearsal ends well where the question is read leniently,
 * and badly where it is read strictly: `fails` is in what went wrong.
 */
interface Mutant {
  mutation: Mutation
  /** Default: the example fleet. */
  fleet?: Fleet
  /** What else happens, before anything is distributed. */
  arrange?: (world: Rehearsal['world']) => void
  faults?: string[]
  /** What went wrong, in words. Default: what was not released, and errors. */
  troubles?: (rehearsal: Rehearsal) => string
  fails: RegExp
}

const whyIn = ({ images }: Rehearsal['summary']) => images.map(({ reason }) => reason).join()

/** The first try of each distribution fails in a phase. */
const failsOnce =
  (failsAt: 'DISTRIBUTING' | 'INTEGRATING') =>
  ({ aws }: Rehearsal['world']) => {
    aws.imagebuilder.outcome = ({ kind, attempt, arn }) =>
      kind === 'distribution' && attempt === 1 && arn.endsWith('/2') ? { failsAt } : {}
  }

/** One image and one ring: what is right for it is right for the example. */
const smallFleet = fleetOf({ all: { accounts: ['222233334444'], regions: ['us-west-2'] } })

const mutants: Record<OpenQuestionName, Mutant> = {
  'subject-of-100-characters': {
    mutation: {
      code: [/\.length<100\?\w+:`\$\{(\w+)\.slice\(0,96\)\}\.\.\.`/, '.length<0?"":$1.slice(0,96).padEnd(100,"x")'],
    },
    fails: /Invalid parameter: Subject/,
  },
  'answers-lag-behind': {
    mutation: { build: (template) => changeMachines(template, '$late < 900', '$late < 0') },
    fleet: smallFleet,
    fails: /was said to have ended; 0 seconds later Image Builder answers/,
  },
  'distributions-raise-events': {
    mutation: {
      build: (template) =>
        changeMachines(
          template,
          '"DynamoDb.ConditionalCheckFailedException","States.Timeout"',
          '"DynamoDb.ConditionalCheckFailedException"',
        ),
    },
    fleet: smallFleet,
    fails: /a step did not end in time/,
  },
  'retry-of-integration': {
    // What RetryImage refuses is the end of it.
    mutation: { code: [/\w+\((\w+)\)\)return!1;throw \1/, '!1)return!1;throw $1'] },
    fleet: smallFleet,
    arrange: failsOnce('INTEGRATING'),
    fails: /is not one that failed in TESTING or DISTRIBUTING/,
  },
  'failed-copies-in-context': {
    mutation: { code: [/regionFailures/g, 'regionFailure'] },
    fleet: smallFleet,
    faults: ['copy-fails=base'],
    // It is to fail: what went wrong is that nobody can tell where.
    troubles: ({ summary }) => (/222233334444 us-west-2: You do not/.test(whyIn(summary)) ? '' : whyIn(summary)),
    fails: /Image Builder does not say which targets it is about/,
  },
  'omitted-data-type': {
    mutation: { code: [/(Type:"String"),DataType:\w+/, '$1'] },
    fleet: smallFleet,
    arrange: ({ aws }) => {
      const parameter = {
        name: '/golden-images/base',
        value: 'ami-0123456789abcdef0',
        dataType: 'aws:ec2:image' as const,
      }
      aws.ssm.seed({ account: '222233334444', region: 'us-west-2' }, parameter)
    },
    fails: /The data type of .* cannot change from aws:ec2:image to text/,
  },
}

it('each question has two readings, a source and the test that settles it', () => {
  for (const { strict, lenient: other, source, settledBy } of Object.values(openQuestions)) {
    expect(strict).not.toBe(other)
    expect(source.length).toBeGreaterThan(20)
    expect(settledBy).toMatch(/^S([0-9]|1[0-9]|2[0-2])$/)
  }
})

/** Errors that a healthy rehearsal has, too: conditions of the ledger, and what a second caller meets. */
const expected = new Set(['ConditionalCheckFailedException'])

describe('the example fleet', () => {
  it('ends as well where every question is read leniently', { timeout: slow }, async () => {
    const { summary, refused } = await (await stageFor()).rehearse({ readings: lenient })
    expect(summary.images.map(({ status }) => status)).not.toContain('failed')
    expect(refused).toEqual([])
  })
})

describe('a product that relies on the lenient reading', () => {
  it.each(openQuestionNames)('%s', { timeout: slow }, async (name) => {
    const { mutation, fails, fleet, faults = [], arrange = () => {}, troubles = allTroubles } = mutants[name]
    const { time } = readEvent('ec2.ami-available.json')
    const happens = { faults, actions: [{ time, do: arrange }] }
    const { assembly, rehearse } = await stageFor(fleet)
    const mutant = mutantOf(assembly, mutation)
    expect(troubles(await rehearse({ ...happens, assembly: mutant, readings: { [name]: 'lenient' } }))).toBe('')
    expect(troubles(await rehearse({ ...happens, assembly: mutant }))).toMatch(fails)
  })
})

/** What went wrong in a rehearsal, and why, as people read it; '' if nothing. */
function allTroubles({ summary, refused, world }: Rehearsal): string {
  const failed = summary.images.filter(({ status }) => status !== 'released')
  const errors = world.aws.calls.flatMap(({ operation, error }) =>
    error && !expected.has(error.name) ? [`${operation}: ${error.message}`] : [],
  )
  return [...failed.map(({ image, status, reason }) => `${image} ${status}: ${reason}`), ...errors, ...refused].join(
    '\n',
  )
}
