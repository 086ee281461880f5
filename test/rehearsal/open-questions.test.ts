import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { lenient, type OpenQuestionName, openQuestionNames, openQuestions } from '../../emulator/index.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { type Mutation, mutantOf } from '../support/mutant-product.ts'
import { slow, stageFor } from '../support/rehearsal.ts'
import { fleetOf } from './ring-rehearsal.ts'

/**
 * A product that relies on the lenient reading of a question. Its rehearsal ends well where the question is read leniently,
 * and badly where it is read strictly: `fails` is in what went wrong.
 */
interface Mutant {
  mutation: Mutation
  /** Default: the example fleet. */
  fleet?: Fleet
  fails: RegExp
}

const mutants: Record<OpenQuestionName, Mutant> = {
  'subject-of-100-characters': {
    mutation: {
      code: [/\.length<100\?\w+:`\$\{(\w+)\.slice\(0,96\)\}\.\.\.`/, '.length<0?"":$1.slice(0,96).padEnd(100,"x")'],
    },
    fails: /Invalid parameter: Subject/,
  },
  'build-region-first': {
    fleet: fleetOf({ all: { accounts: ['222233334444'], regions: ['us-west-2', 'us-east-1'] } }),
    mutation: { code: [/\[(\w+),\.\.\.(\w+\.filter\((\w+)=>\3!==\1\))\]/, '[...$2,$1]'] },
    fails: /The first region must be the source region us-west-2/,
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
    const { mutation, fails, fleet } = mutants[name]
    const { assembly, rehearse } = await stageFor(fleet)
    const mutant = mutantOf(assembly, mutation)
    expect(troubles(await rehearse({ assembly: mutant, readings: { [name]: 'lenient' } }))).toBe('')
    expect(troubles(await rehearse({ assembly: mutant }))).toMatch(fails)
  })
})

/** What went wrong in a rehearsal, and why, as people read it; '' if nothing. */
function troubles({ summary, refused, world }: Rehearsal): string {
  const failed = summary.images.filter(({ status }) => status !== 'released')
  const errors = world.aws.calls.flatMap(({ operation, error }) =>
    error && !expected.has(error.name) ? [`${operation}: ${error.message}`] : [],
  )
  return [...failed.map(({ image, status, reason }) => `${image} ${status}: ${reason}`), ...errors, ...refused].join(
    '\n',
  )
}
