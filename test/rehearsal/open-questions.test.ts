import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { lenient, type OpenQuestionName, openQuestionNames, openQuestions } from '../../emulator/index.ts'
import type { Rehearsal, RehearseOptions } from '../../rehearsal/rehearse.ts'
import { type Mutation, mutantOf } from '../support/mutant-product.ts'
import { slow, stageFor } from '../support/rehearsal.ts'
import { statementsIn } from '../support/template.ts'
import { fleetOf, retirementRuns, shortRetirement, threeReleases } from './ring-rehearsal.ts'

/**
 * A product that relies on the lenient reading of a question. Its rehearsal ends well where the question is read leniently,
 * and badly where it is read strictly: `fails` is in what went wrong.
 */
interface Mutant {
  mutation: Mutation
  /** Default: the example fleet. */
  fleet?: Fleet
  /** Default: the first upstream of the example fleet releases an AMI. */
  happens?: Pick<RehearseOptions, 'releases' | 'actions'>
  fails: RegExp
}

const target = { accounts: ['222233334444'], regions: ['us-west-2'] }
/** One image, copied to one account, by default with the fleet's key. */
const copied = (ring: object = {}, more: object = {}) => fleetOf({ all: { ...target, ...ring } }, more)

const retiring = copied({}, shortRetirement)

const mutants: Record<OpenQuestionName, Mutant> = {
  'subject-of-100-characters': {
    mutation: {
      code: [/\.length<100\?\w+:`\$\{(\w+)\.slice\(0,96\)\}\.\.\.`/, '.length<0?"":$1.slice(0,96).padEnd(100,"x")'],
    },
    fails: /Invalid parameter: Subject/,
  },
  'encrypted-copies-need-a-key': {
    fleet: copied(),
    happens: { releases: threeReleases.slice(0, 1) },
    // No key is named for a copy, and none is expected of it.
    mutation: { code: [/void 0:(\w+\.kmsKeys\[)/, 'void 0:void 0&&$1'] },
    fails: /Snapshots encrypted with the AWS Managed CMK can’t be shared/,
  },
  'keys-of-a-copy-are-used-twice': {
    fleet: copied({ kmsKeys: { 'us-west-2': 'arn:aws:kms:us-west-2:{account}:alias/images' } }),
    happens: { releases: threeReleases.slice(0, 1) },
    mutation: {
      build: (template) => {
        for (const statement of statementsIn(template, 'DistributionRole'))
          if (JSON.stringify(statement.Resource).includes('us-west-2:*:key')) statement.Effect = 'Deny'
      },
    },
    fails: /small-distribution.* is not authorized to perform: kms:/,
  },
  'snapshots-of-copies-have-no-tags': {
    fleet: retiring,
    happens: { releases: threeReleases, actions: retirementRuns(retiring) },
    mutation: {
      target: (template) => {
        for (const statement of statementsIn(template, 'PublishRole'))
          if (statement.Action === 'ec2:DeleteSnapshot')
            statement.Condition = { StringEquals: { 'aws:ResourceTag/CreatedBy': 'EC2 Image Builder' } }
      },
    },
    fails: /DeleteSnapshot: .* is not authorized to perform: ec2:DeleteSnapshot/,
  },
}

it('each question has two readings, a source and the test that settles it', () => {
  for (const { strict, lenient: other, source, settledBy } of Object.values(openQuestions)) {
    expect(strict).not.toBe(other)
    expect(source.length).toBeGreaterThan(20)
    expect(settledBy).toMatch(/^S([0-9]|1[0-9]|2[0-2])$/)
  }
})

/** Errors that a healthy rehearsal has, too: conditions of the ledger, and what is made a second time. */
const expected = new Set(['ConditionalCheckFailedException', 'ResourceAlreadyExistsException'])

describe('the example fleet', () => {
  it('ends as well where every question is read leniently', { timeout: slow }, async () => {
    const { summary, refused } = await (await stageFor()).rehearse({ readings: lenient })
    expect(summary.images.map(({ status }) => status)).not.toContain('failed')
    expect(refused).toEqual([])
  })
})

describe('a product that relies on the lenient reading', () => {
  it.each(openQuestionNames)('%s', { timeout: slow }, async (name) => {
    const { mutation, fails, fleet, happens } = mutants[name]
    const { assembly, rehearse } = await stageFor(fleet)
    const mutant = mutantOf(assembly, mutation)
    expect(troubles(await rehearse({ ...happens, assembly: mutant, readings: { [name]: 'lenient' } }))).toBe('')
    expect(troubles(await rehearse({ ...happens, assembly: mutant }))).toMatch(fails)
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
