import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import {
  lenient,
  type OpenQuestionName,
  openQuestionNames,
  openQuestions,
  type Readings,
  type World,
} from '../../emulator/index.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import type { Action } from '../../rehearsal/scenario.ts'
import { exampleFile } from '../support/fleets.ts'
import { type Mutation, mutantOf } from '../support/mutant-product.ts'
import { oneImage } from '../support/one-image.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

/**
 * A product that relies on the lenient reading of a question. Its rehearsal ends well where the question is read leniently,
 * and badly where it is read strictly: `fails` is in what went wrong.
 */
interface Mutant {
  mutation: Mutation
  /** Default: the example fleet. */
  fleet?: Fleet
  /** What the fleet is changed to between two releases of its upstream. */
  changed?: Fleet
  /** What happens beside that. */
  actions?: Action[]
  fails: RegExp
}

type Build = NonNullable<Mutation['build']>

/** A role that may tag nothing whose ARN has a text. */
function withoutTags(role: string, part: string): Build {
  return (template) => {
    const [logicalId = ''] = Object.keys(template.Resources).filter((id) => id.startsWith(role))
    const { Policies = [] } = (template.Resources[logicalId]?.Properties ?? {}) as { Policies?: Policy[] }
    for (const statement of Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement))
      if (JSON.stringify(statement.Resource).includes(part))
        statement.Action = [statement.Action].flat().filter((action) => action !== 'imagebuilder:TagResource')
  }
}
interface Policy {
  PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] }
}

interface Query {
  Expression?: string
}

/** Twenty minutes in which DynamoDB refuses requests, and no more. */
function throttle(metrics: World['metrics'], since: number): void {
  const metric = { namespace: 'AWS/DynamoDB', name: 'ReadThrottleEvents', dimensions: { TableName: 'one-ledger' } }
  for (let minute = 0; minute < 20; minute++) metrics.record(metric, since + minute * 60_000, 3)
}

const mutants: Record<OpenQuestionName, Mutant> = {
  'subject-of-100-characters': {
    mutation: {
      code: [/\.length<100\?\w+:`\$\{(\w+)\.slice\(0,96\)\}\.\.\.`/, '.length<0?"":$1.slice(0,96).padEnd(100,"x")'],
    },
    fails: /Invalid parameter: Subject/,
  },
  'tags-of-a-start': {
    fleet: oneImage(),
    mutation: { build: withoutTags('StartBakeRole', ':image-pipeline/') },
    fails: /imagebuilder:TagResource on resource: arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline\/one-web/,
  },
  'parent-at-creation': {
    fleet: oneImage(),
    mutation: {
      build: ({ Resources }) => {
        Object.assign(Resources.ImageWebRecipe ?? {}, { DependsOn: [] })
        Object.assign(Resources.Pointers ?? {}, { DependsOn: ['ImageWebRecipe'] })
      },
    },
    fails: /deploying ImageWebRecipe failed: .*'parentImage' is not valid.*\/one\/images\/web\/parent does not exist/,
  },
  'component-again': {
    fleet: oneImage(),
    changed: oneImage(['Says hello', 'Greets everybody']),
    mutation: {
      build: ({ Resources }) => Object.assign(Resources.ComponentHello?.Properties ?? {}, { Data: 'name: hello' }),
    },
    fails: /deploying ComponentHello failed: The content is that of .* which exists/,
  },
  'recipe-in-place': {
    fleet: oneImage(),
    changed: oneImage(['tags: { team: a }', 'tags: { team: a, owner: a }\n    checks: { ami: { tags: [owner] } }']),
    mutation: {
      build: ({ Resources }) => Object.assign(Resources.ImageWebRecipe?.Properties ?? {}, { Description: 'the same' }),
    },
    fails: /web failed: .*owner/,
  },
  'dynamodb-missing-data': {
    fleet: oneImage(),
    actions: [{ time: '2026-09-01T06:10:00Z', do: ({ metrics, clock }) => throttle(metrics, clock.now()) }],
    mutation: {
      build: ({ Resources }) => {
        const { Metrics: queries = [] } = (Resources.AlarmLedgerThrottles?.Properties ?? {}) as { Metrics?: Query[] }
        for (const query of queries) if (query.Expression) query.Expression = 'm0 + m1'
      },
    },
    fails: /one-ledger-throttles is still in ALARM/,
  },
}

it('each question has two readings, a source and the test that settles it', () => {
  for (const { strict, lenient: other, source, settledBy } of Object.values(openQuestions)) {
    expect(strict).not.toBe(other)
    expect(source.length).toBeGreaterThan(20)
    expect(settledBy).toMatch(/^S([0-9]|1[0-9]|2[0-2])$/)
  }
})

/** Errors that a healthy rehearsal has, too: conditions of the ledger, and what comes a second time. */
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
    const { mutation, fails, fleet, changed, actions } = mutants[name]
    const { assembly, rehearse } = await stageFor(fleet)
    const change = changed && {
      fleet: changed,
      fleetFile: exampleFile,
      after: 3 * 3_600,
      assembly: mutantOf((await stageFor(changed)).assembly, mutation),
    }
    const happens = Object.assign(
      { assembly: mutantOf(assembly, mutation) },
      change && { changes: [change], releases },
      actions && { actions, releases: releases.slice(0, 1), for: 3 * 3_600 },
    )
    const ends = (readings?: Readings) =>
      rehearse(Object.assign({ readings }, happens)).then(troubles, (error: Error) => error.message)
    expect(await ends({ [name]: 'lenient' })).toBe('')
    expect(await ends()).toMatch(fails)
  })
})

const releases = ['01T06:00:00Z', '01T12:00:00Z'].map((time) => ({ upstream: 'soe', time: `2026-09-${time}` }))

/** What went wrong in a rehearsal, and why, as people read it; '' if nothing. */
function troubles({ summary, refused, world }: Rehearsal): string {
  const failed = summary.images.filter(({ status }) => status !== 'released')
  const errors = world.aws.calls.flatMap(({ operation, error }) =>
    error && !expected.has(error.name) ? [`${operation}: ${error.message}`] : [],
  )
  const now = world.clock.now()
  const last = new Map(world.metrics.transitions(now).map(({ alarm, state }) => [alarm, state]))
  // Where no schedule comes, nobody looks.
  const stuck = [...last].filter(
    ([alarm, state]) => state === 'ALARM' && !/-(reconcile-missing|freshness)$/.test(alarm),
  )
  const alarms = stuck.map(([alarm]) => `${alarm} is still in ALARM`)
  return [
    ...failed.map(({ image, status, reason }) => `${image} ${status}: ${reason}`),
    ...errors,
    ...refused,
    ...alarms,
  ].join('\n')
}
