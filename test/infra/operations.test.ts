import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { FunctionSpec } from '../../infra/functions/function-spec.ts'
import { functionNames } from '../../infra/functions/names.ts'
import { declarationsOf } from '../../infra/operations/declarations.ts'
import { metricsOf } from '../../infra/operations/metrics.ts'
import type { Template } from '../../infra/synthesize.ts'
import { resourcesOf } from '../support/template.ts'
import { slow, smallFleet, synth } from './fixture.ts'

const promising = () => ({
  ...smallFleet(),
  images: Object.fromEntries(
    Object.entries(smallFleet().images).map(([name, image]) => [name, { ...image, freshness: 30 * 86_400 }]),
  ),
})
let template: Template
beforeAll(async () => {
  template = (await synth(promising())).buildStack.template
}, slow)

const alarms = () => Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm'))
const alarm = (name: string) => alarms().find(({ AlarmName }) => AlarmName === `gold-${name}`)

/** The runbook's sections, by their names. */
const sections = Object.fromEntries(
  readFileSync('docs/runbook.md', 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
)

describe('the runbook', () => {
  it('has a section for every alarm, and no other', () => {
    expect(Object.keys(sections)).toEqual(alarms().map(({ AlarmName }) => AlarmName.replace('gold-', '')))
  })

  it.each(Object.entries(sections))('says of %s what there is to know, in this order', (_, section) => {
    const parts = [...section.matchAll(/^\*\*(.+?)\.\*\* (?=\S)/gm)].map(([, part]) => part)
    expect(parts).toEqual(['What it means', 'First look', 'Likely causes', 'What to do', 'When to worry'])
    const [, look = ''] = section.split(/^\*\*First look|^\*\*Likely/m)
    expect(look).toMatch(/```sh\n(aws|npm) /)
  })
})

describe('every alarm', () => {
  it('says in one sentence what it means, and where to read on', () => {
    for (const { AlarmName, AlarmDescription } of alarms())
      expect(AlarmDescription).toMatch(
        new RegExp(`^[A-Z][^.]+\\. What to do: docs/runbook\\.md#${AlarmName.replace('gold-', '')}$`),
      )
  })

  it('tells the topic of alarms when it fires and when it ends', () => {
    for (const { AlarmActions, OKActions } of alarms())
      expect([AlarmActions, OKActions]).toEqual([['<AlarmTopic>'], ['<AlarmTopic>']])
  })

  it('says what missing data means', () => {
    const breaching = alarms().filter(({ TreatMissingData }) => TreatMissingData === 'breaching')
    expect(breaching.map(({ AlarmName }) => AlarmName)).toEqual(['gold-reconcile-missing', 'gold-freshness'])
    const others = alarms().filter(({ TreatMissingData }) => TreatMissingData !== 'breaching')
    for (const { TreatMissingData } of others) expect(TreatMissingData).toBe('notBreaching')
  })
})

describe('the alarm of freshness', () => {
  it('fires when a promise is broken, or when nobody has looked three times', () => {
    expect(alarm('freshness')).toMatchObject({
      Namespace: 'Rebake/gold',
      MetricName: 'FreshnessUsed',
      Statistic: 'Maximum',
      Dimensions: [{ Name: 'service', Value: 'rebake' }],
      Period: 3600,
      EvaluationPeriods: 3,
      Threshold: 100,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    })
  })

  it(
    'is not there where the fleet promises nothing',
    async () => {
      const { buildStack } = await synth(smallFleet())
      const names = Object.keys(resourcesOf(buildStack.template, 'AWS::CloudWatch::Alarm'))
      expect(names).toContain('AlarmReconcileMissing')
      expect(names).not.toContain('AlarmFreshness')
    },
    slow,
  )
})

it.each([
  ['the errors', 'function-errors', 'Errors'],
  ['the throttles', 'function-throttles', 'Throttles'],
])('sums up %s of the functions that nobody waits for', (_, name, metric) => {
  const { Metrics } = alarm(name) ?? {}
  const [expression, ...stats] = Metrics
  expect(expression).toMatchObject({ Expression: stats.map((_: object, at: number) => `m${at}`).join(' + ') })
  expect(stats.map(({ MetricStat }: { MetricStat: { Metric: object } }) => MetricStat.Metric)).toEqual(
    [
      'poll-upstreams',
      'start-cycle',
      'receive-cve',
      'reconcile-images',
      'complete-wait',
      'start-retirement',
      'settle-execution',
    ]
      .toSorted((a, b) => functionNames.indexOf(a as never) - functionNames.indexOf(b as never))
      .map((fn) => ({
        Namespace: 'AWS/Lambda',
        MetricName: metric,
        Dimensions: [{ Name: 'FunctionName', Value: `gold-${fn}` }],
      })),
  )
})

describe('declarations', () => {
  const specs = Object.fromEntries(
    functionNames.map((name) => [name, { asynchronous: false } as FunctionSpec]),
  ) as Record<(typeof functionNames)[number], FunctionSpec>
  const declared = (fleet = promising(), name = '') =>
    declarationsOf(fleet, metricsOf(fleet, specs), 'arn').find((each) => each.name === name)

  it.each([
    ['five minutes', 300, 300],
    ['an hour', 3600, 3600],
    ['a day', 86_400, 86_400],
  ])('of looks follow a poll of %s, within the week that CloudWatch looks back', (_, poll, period) => {
    for (const name of ['reconcile-missing', 'freshness']) {
      const { over, periods } = declared({ ...promising(), poll }, name) ?? {}
      expect([over?.period, periods]).toEqual([period, 3])
      expect((over?.period ?? 0) * (periods ?? 0)).toBeLessThanOrEqual(period < 3600 ? 86_400 : 604_800)
    }
  })

  it('of a lock leave time for every soak and approval on the way through the rings', () => {
    const { rings, ...fleet } = promising()
    const { early, everyone } = rings as Record<'early' | 'everyone', NonNullable<typeof rings.early>>
    const asking = { ...everyone, approval: { approvers: ['a'], timeout: 172_800 } } as typeof everyone
    const slowly = { ...fleet, rings: { early: { ...early, soak: 86_400 }, everyone: asking } }
    expect(declared(slowly, 'lock-held-too-long')?.threshold).toEqual({ atLeast: 33 * 86_400 })
  })

  it('that sum up more metrics than an alarm can watch are refused when the stack is made', () => {
    for (const name of functionNames) specs[name] = { ...specs[name], asynchronous: true }
    const declaration = declared(promising(), 'function-errors')
    expect(() => declaration?.metric(declaration.over)).toThrow(/an alarm cannot watch the sum of \d+ metrics/)
  })
})

describe('the topic of alarms', () => {
  const from = {
    StringEquals: { 'aws:SourceAccount': '111122223333' },
    ArnLike: {
      'aws:SourceArn': expect.stringMatching(/^arn:.+:cloudwatch:eu-west-1:111122223333:alarm:gold-\*$/),
    },
  }
  const cloudWatch = { Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Condition: from }

  it("is encrypted with the fleet's key, over TLS only, and open to CloudWatch for this fleet's alarms", () => {
    expect(resourcesOf(template, 'AWS::SNS::Topic').AlarmTopic).toMatchObject({
      TopicName: 'gold-alarms',
      KmsMasterKeyId: '<FleetKey.Arn>',
    })
    const policies = Object.values(resourcesOf(template, 'AWS::SNS::TopicPolicy'))
    const { PolicyDocument } = policies.find(({ Topics }) => Topics.includes('<AlarmTopic>')) ?? {}
    expect(PolicyDocument.Statement).toEqual([
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      expect.objectContaining({ ...cloudWatch, Action: 'sns:Publish', Resource: '<AlarmTopic>' }),
    ])
  })

  it('can be published to: CloudWatch may use the key', () => {
    const [key] = Object.values(resourcesOf(template, 'AWS::KMS::Key'))
    expect(key?.KeyPolicy.Statement).toContainEqual(
      expect.objectContaining({ ...cloudWatch, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] }),
    )
  })

  it('goes to every address of the fleet', () => {
    const subscriptions = Object.values(resourcesOf(template, 'AWS::SNS::Subscription'))
    expect(subscriptions).toContainEqual({
      Endpoint: 'platform@example.com',
      Protocol: 'email',
      TopicArn: '<AlarmTopic>',
    })
  })
})

describe('the dashboard', () => {
  const body = () => {
    const { DashboardBody } = Object.values(resourcesOf(template, 'AWS::CloudWatch::Dashboard'))[0] ?? {}
    return JSON.parse(DashboardBody) as { widgets: { properties: Record<string, unknown> }[] }
  }

  it('shows every alarm', () => {
    const widget = body().widgets.find(({ properties }) => properties.title === 'Alarms')
    expect(widget?.properties.alarms).toEqual(
      Object.keys(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map((id) => `<${id}.Arn>`),
    )
  })

  it('shows what each alarm counts, and each image against its promise', () => {
    const text = JSON.stringify(body())
    for (const name of ['CampaignStarted', 'ImageReleased', 'ImageGivenUp', 'ApprovalsOpen', 'ExecutionsFailed'])
      expect(text).toContain(`"${name}"`)
    const freshness = body().widgets.find(({ properties }) => properties.title === 'Freshness used')
    expect(JSON.stringify(freshness)).toContain("SEARCH('{Rebake/gold,service,Image} MetricName=")
    expect(freshness?.properties.annotations).toMatchObject({ horizontal: [{ value: 100 }] })
  })
})
