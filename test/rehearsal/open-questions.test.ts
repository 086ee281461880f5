import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import {
  lenient,
  type OpenQuestionName,
  openQuestionNames,
  openQuestions,
  type Readings,
  type World,
} from '../../emulator/index.ts'
import type { Rehearsal, RehearseOptions } from '../../rehearsal/rehearse.ts'
import type { Action } from '../../rehearsal/scenario.ts'
import { startMachine } from '../../rehearsal/workloads.ts'
import { exampleFile } from '../support/fleets.ts'
import { changeMachines, type Mutation, mutantOf } from '../support/mutant-product.ts'
import { oneImage } from '../support/one-image.ts'
import { readEvent, slow, stageFor } from '../support/rehearsal.ts'
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
  /** What is arranged in the world as the upstream releases. */
  arrange?: (world: World) => void
  faults?: string[]
  seed?: number
  /** What the fleet is changed to between two releases of its upstream. */
  changed?: Fleet
  /** What happens beside that. */
  actions?: Action[]
  /** Default: the first upstream of the example fleet releases an AMI. */
  happens?: Pick<RehearseOptions, 'releases' | 'actions'>
  fails: RegExp
  /** What is not as it should be, where something should fail. Default: `troubles`. */
  judge?: (rehearsal: Rehearsal) => string
}

/** One image and one ring: seconds count. */
const small = (image = '') =>
  parseFleet(
    `
name: small
build: { account: "111122223333", region: us-west-2 }
upstreams:
  soe: { platform: Linux, ami: { owner: "444455556666", name: soe-* } }
infrastructure: { linux: { instanceTypes: [m7i.large] } }
components:
  patch: { platform: Linux, arn: "arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x" }
images:
  base: { parent: soe, infrastructure: linux, components: [patch], volumes: [{ device: /dev/xvda, size: 8 }]${image} }
rings:
  all: { accounts: ["222233334444"], regions: [us-west-2] }
`,
    'small.yaml',
    () => '#!/bin/sh\n',
  )
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

const target = { accounts: ['222233334444'], regions: ['us-west-2'] }
/** One image, copied to one account, by default with the fleet's key. */
const copied = (ring: object = {}, more: object = {}) => fleetOf({ all: { ...target, ...ring } }, more)

const retiring = copied({}, shortRetirement)

const whyIn = ({ images }: Rehearsal['summary']) => images.map(({ reason }) => reason).join()

/** Bakes of the first release fail in their tests, with an AMI; its remains are removed before the second release. */
const failing = copied({}, { retirement: { keep: 1, grace: '1d', failed: '1d' }, poll: '24h' })
const failsFirst: Pick<RehearseOptions, 'releases' | 'actions'> = {
  releases: [threeReleases[0], { upstream: 'soe', time: '2026-09-04T06:00:00Z' }].flatMap((release) => release ?? []),
  actions: [
    {
      time: '2026-09-01T05:00:00Z',
      do: ({ aws, clock }) => {
        aws.imagebuilder.outcome = ({ kind }) =>
          kind === 'build' && clock.now() < Date.parse('2026-09-03T00:00:00Z') ? { failsAt: 'TESTING' } : {}
      },
    },
    {
      time: '2026-09-04T00:00:00Z',
      do: (world) => {
        const asked = { time: '2026-09-04T00:00:00Z', by: 'arn:aws:iam::111122223333:user/alice', act: true }
        startMachine(world, failing, 'retire', 'retire-09-04', asked)
      },
    },
  ],
}

/** The first try of each distribution fails in a phase. */
const failsOnce =
  (failsAt: 'DISTRIBUTING' | 'INTEGRATING') =>
  ({ aws }: World) => {
    aws.imagebuilder.outcome = ({ kind, attempt, arn }) =>
      kind === 'distribution' && attempt === 1 && arn.endsWith('/2') ? { failsAt } : {}
  }

const mutants: Record<OpenQuestionName, Mutant> = {
  'subject-of-100-characters': {
    mutation: {
      code: [/\.length<100\?\w+:`\$\{(\w+)\.slice\(0,96\)\}\.\.\.`/, '.length<0?"":$1.slice(0,96).padEnd(100,"x")'],
    },
    fleet: small(),
    fails: /Invalid parameter: Subject/,
  },
  // Texts of errors are not cut. This one is caught by its name, and tried again.
  'cause-above-32768-characters': {
    mutation: {
      code: [/([\w$]+)=[\w$]+\(([\w$]+)\);if\(\1===\2\)return /, '$1=$2[0]==="{"?$2:$2.padEnd(4e4);if($1===$2)return '],
    },
    fleet: small(),
    faults: ['shared-late=soe'],
    fails: /small-release: States\.DataLimitExceeded/,
  },
  // A token that is not known is taken for one whose task is over.
  'token-before-the-call-answers': {
    mutation: {
      code: [/if\([\w$]+===[\w$]+&&![\w$]+\)throw new ([\w$]+\(`its own task)/, 'if(0)throw new $1'],
    },
    fleet: small(),
    // Of this one, the first token of Acquire Bake Lock is one of those.
    seed: 346,
    fails: /base failed: a step did not end in time/,
  },
  // No step says that it is critical, and what the execution says of itself is believed.
  'critical-by-default': {
    mutation: {
      build: ({ Resources }) => {
        const text = JSON.stringify(Resources).replaceAll('"isCritical":true,', '')
        Object.assign(Resources, JSON.parse(text))
      },
      code: [/&&[^&]{1,80}\?\.StepStatus==="Success"/, ''],
    },
    fleet: small(', checks: { smoke: { script: components/payments-api.smoke.sh, timeout: 20m } }'),
    faults: ['smoke-fails=base'],
    judge: ({ summary }) => summary.images.map(({ status }) => (status === 'failed' ? '' : `it is ${status}`)).join(),
    fails: /it is released/,
  },
  'build-region-first': {
    fleet: fleetOf({ all: { accounts: ['222233334444'], regions: ['us-west-2', 'us-east-1'] } }),
    mutation: { code: [/\[(\w+),\.\.\.(\w+\.filter\((\w+)=>\3!==\1\))\]/, '[...$2,$1]'] },
    fails: /The first region must be the source region us-west-2/,
  },
  'reason-of-a-launch': {
    fleet: oneImage([
      'infrastructure:',
      'network: { vpc: vpc-0a1b2c3d, subnets: [subnet-0a1b2c3d, subnet-0a1b2c3e], securityGroups: [sg-0a1b2c3d] }\ninfrastructure:',
    ]),
    faults: ['no-capacity=web'],
    // It looks for the names of errors only.
    mutation: { code: [/do not have sufficient/, 'InsufficientInstanceCapacity'] },
    fails: /web failed: .* do not have sufficient m7i\.large capacity/,
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
  'answers-lag-behind': {
    mutation: { build: (template) => changeMachines(template, '$late < 900', '$late < 0') },
    fleet: copied(),
    fails: /was said to have ended; 0 seconds later Image Builder answers/,
  },
  // It waits for the event alone, for a day.
  'distributions-raise-events': {
    mutation: {
      build: (template) => {
        changeMachines(
          template,
          '"DynamoDb.ConditionalCheckFailedException","States.Timeout"',
          '"DynamoDb.ConditionalCheckFailedException"',
        )
        changeMachines(template, '"TimeoutSeconds":"{% $lookAfter %}"', '"TimeoutSeconds":86400')
      },
    },
    fleet: copied(),
    fails: /a step did not end in time/,
  },
  'retry-of-integration': {
    // What RetryImage refuses is the end of it.
    mutation: { code: [/[\w$]+\(([\w$]+)\)\)return!1;throw \1/, '!1)return!1;throw $1'] },
    fleet: copied(),
    arrange: failsOnce('INTEGRATING'),
    fails: /is not one that failed in TESTING or DISTRIBUTING/,
  },
  'failed-copies-in-context': {
    mutation: { code: [/regionFailures/g, 'regionFailure'] },
    fleet: copied(),
    faults: ['copy-fails=base'],
    // It is to fail: what went wrong is that nobody can tell where.
    judge: ({ summary }) => (/222233334444 us-west-2: You do not/.test(whyIn(summary)) ? '' : whyIn(summary)),
    fails: /Image Builder does not say which targets it is about/,
  },
  'omitted-data-type': {
    mutation: { code: [/(Type:"String"),DataType:\w+/, '$1'] },
    fleet: copied(),
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
  // What was baked is deleted before what it was distributed to.
  'images-need-what-made-them': {
    fleet: retiring,
    happens: { releases: threeReleases, actions: retirementRuns(retiring) },
    mutation: {
      code: [
        /\[\.\.\.new Set\(\[\.\.\.Object\.values\((\w+)\)\.flat\(\),(\w+)\]\)\]/,
        '[...new Set([$2,...Object.values($1).flat()])]',
      ],
    },
    fails: /ResourceDependencyException/,
  },
  'build-numbers-come-again': {
    fleet: failing,
    happens: failsFirst,
    mutation: { code: [/releases\.recordBakeStarted\((\w+)\)&&/, 'releases.recordBakeStarted($1)&&0&&'] },
    judge: ({ summary }) => {
      const { status, reason = '' } = summary.images.at(-1) ?? {}
      return status === 'released' ? '' : reason
    },
    fails: /was said to have ended; /,
  },
  'amis-of-failed-builds-are-not-named': {
    fleet: failing,
    happens: failsFirst,
    mutation: { code: [/"Ec2ImageBuilderArn"/, '"NoSuchTag"'] },
    judge: ({ world }) => {
      const images = world.aws.imagebuilder.images.list(failing.build).flatMap(({ amis }) => amis)
      const made = world.aws.ec2.list('us-west-2').filter(({ image }) => image.Name.startsWith('small-base'))
      return made.length > images.length ? 'AMIs of images that are gone' : ''
    },
    fails: /AMIs of images that are gone/,
  },
  // Its pipelines have no schedule that a status could be for.
  'disabled-pipelines': {
    fleet: oneImage(),
    mutation: {
      build: ({ Resources }) => Object.assign(Resources.ImageWebPipeline?.Properties ?? {}, { Status: 'DISABLED' }),
    },
    fails: /^web failed: .*its pipeline is disabled/,
  },
}

it('each question has two readings, a source and the test that settles it', () => {
  for (const { strict, lenient: other, source, settledBy } of Object.values(openQuestions)) {
    expect(strict).not.toBe(other)
    expect(source.length).toBeGreaterThan(20)
    expect(settledBy).toMatch(/^S([0-9]|1[0-9]|2[0-2])$/)
  }
})

/** Errors that a healthy rehearsal has, too: conditions of the ledger, what comes a second time, an AMI that is not shared yet, an early token. */
const expected = new Set([
  'ConditionalCheckFailedException',
  'ResourceAlreadyExistsException',
  'InvalidAMIID.NotFound',
  'TaskDoesNotExist',
])

describe('the example fleet', () => {
  it('ends as well where every question is read leniently', { timeout: slow }, async () => {
    const { summary, refused } = await (await stageFor()).rehearse({ readings: lenient })
    expect(summary.images.map(({ status }) => status)).not.toContain('failed')
    expect(refused).toEqual([])
  })
})

describe('a product that relies on the lenient reading', () => {
  it.each(openQuestionNames)('%s', { timeout: slow }, async (name) => {
    const {
      mutation,
      fails,
      fleet,
      changed,
      actions,
      arrange,
      happens: given,
      faults = [],
      seed = 1,
      judge = troubles,
    } = mutants[name]
    const { assembly, rehearse } = await stageFor(fleet)
    const change = changed && {
      fleet: changed,
      fleetFile: exampleFile,
      after: 3 * 3_600,
      assembly: mutantOf((await stageFor(changed)).assembly, mutation),
    }
    const happens = Object.assign(
      { assembly: mutantOf(assembly, mutation), faults, seed },
      given,
      change && { changes: [change], releases },
      actions && { actions, releases: releases.slice(0, 1), for: 3 * 3_600 },
      arrange && { actions: [{ time: readEvent('ec2.ami-available.json').time, do: arrange }] },
    )
    const ends = (readings?: Readings) =>
      rehearse(Object.assign({ readings }, happens)).then(judge, (error: Error) => error.message)
    expect(await ends({ [name]: 'lenient' })).toBe('')
    expect(await ends()).toMatch(fails)
  })
})

const releases = ['01T06:00:00Z', '01T12:00:00Z'].map((time) => ({ upstream: 'soe', time: `2026-09-${time}` }))

it('a claim whose token is not known yet is tried again, under another', { timeout: slow }, async () => {
  const { seed = 1 } = mutants['token-before-the-call-answers']
  const { summary, world } = await (await stageFor(small())).rehearse({ seed })
  expect(summary.images.map(({ status }) => status)).toEqual(['released'])
  const failed = [...world.stepFunctions.executions.values()].flatMap(({ history }) =>
    history.events.flatMap(({ taskFailedEventDetails: details }) => details?.error ?? []),
  )
  // Beside those that say how far copies are.
  expect(failed.filter((error) => error !== 'DistributionInProgress')).toEqual(['Transient'])
})

/** What went wrong in a rehearsal, and why, as people read it; '' if nothing. */
function troubles({ summary, refused, world }: Rehearsal): string {
  const failed = summary.images.filter(({ status }) => status !== 'released')
  const errors = world.aws.calls.flatMap(({ operation, error }) =>
    error && !expected.has(error.name) ? [`${operation}: ${error.message}`] : [],
  )
  const executions = [...world.stepFunctions.executions.values()].flatMap(({ stateMachine, status, error, cause }) =>
    status === 'SUCCEEDED' ? [] : [`${stateMachine.name}: ${error}: ${cause}`],
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
    ...executions,
    ...alarms,
  ].join('\n')
}
