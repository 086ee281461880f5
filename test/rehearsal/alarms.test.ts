import { beforeAll, describe, expect, it } from 'vitest'
import type { EventEnvelope } from '../../emulator/event.ts'
import { alarms } from '../../emulator/world/alarms.ts'
import { Metrics } from '../../emulator/world/metrics.ts'
import { everyKind } from '../support/every-kind.ts'
import { readEvent, slow, stageFor } from '../support/rehearsal.ts'
import { resourcesOf } from '../support/template.ts'

/** Each alarm of the template is made to fire, and none where all is well. */

const hour = 3_600
const start = '2026-09-01T06:00:00Z'
const release = { upstream: 'of-an-account', time: start }
const every = everyKind()
const pick = <T>(from: Record<string, T>, ...names: string[]) =>
  Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)))
const kept = pick(every.images, 'account-base', 'account-app', 'team-base')
const fleet = {
  ...every,
  upstreams: pick(every.upstreams, 'of-an-account', 'of-a-team'),
  images: Object.fromEntries(Object.entries(kept).map(([name, image]) => [name, { ...image, freshness: 24 * hour }])),
}
let stage: Awaited<ReturnType<typeof stageFor>>
beforeAll(async () => {
  stage = await stageFor(fleet)
}, slow)

/** All that have fired in any test. */
const seen = new Set<string>()
const fired = async (scenario: Parameters<typeof stage.rehearse>[0]) => {
  const { alarms } = await stage.rehearse({ start, ...scenario })
  for (const name of alarms) seen.add(name)
  return alarms.map((name) => name.replace('golden-', '')).sort()
}
const broken = (file: string, detail: object): EventEnvelope => ({ ...readEvent(file), time: start, detail }) as never

describe('the alarms of a fleet', { timeout: slow }, () => {
  it('are quiet from the first deployment on', async () => {
    const { world } = await stage.rehearse({ start, releases: [release], for: 2 * hour })
    const transitions = world.metrics.transitions(world.clock.now())
    expect(transitions.filter(({ state }) => state === 'ALARM')).toEqual([])
    expect(new Set(transitions.map(({ alarm }) => alarm)).size).toBe(world.metrics.alarms.length)
  })

  it('end when DynamoDB throttles no more', async () => {
    const since = Date.parse(start) + hour * 1000
    const metric = {
      namespace: 'AWS/DynamoDB',
      name: 'WriteThrottleEvents',
      dimensions: { TableName: 'golden-ledger' },
    }
    const { world } = await stage.rehearse({
      start,
      releases: [release],
      for: 3 * hour,
      actions: [
        {
          time: start,
          do: ({ metrics }) => {
            for (let minute = 0; minute < 20; minute++) metrics.record(metric, since + minute * 60_000, 1)
          },
        },
      ],
    })
    const states = world.metrics
      .transitions(world.clock.now())
      .filter(({ alarm, time }) => alarm === 'golden-ledger-throttles' && time >= since)
    expect(states.map(({ state }) => state)).toEqual(['ALARM', 'OK'])
  })

  it('are quiet where all is well', async () => {
    expect(await fired({ releases: [release], for: 8 * hour })).toEqual([])
  })

  it('fire where nothing runs: nobody looks, and nobody measures', async () => {
    expect(await fired({ releases: [release, { ...release, time: '2026-09-01T12:00:00Z' }] })).toEqual([
      'freshness',
      'reconcile-missing',
    ])
  })

  it('fire where an image is older than promised', async () => {
    expect(await fired({ releases: [release], for: 30 * hour })).toEqual(['freshness'])
  })

  it('fire where a release is refused, and an image given up', async () => {
    const faults = ['untrusted-owner=of-a-team', 'build-fails=account-app']
    const releases = [release, { upstream: 'of-a-team', time: start }]
    expect(await fired({ releases, faults, for: 13 * hour })).toEqual(['image-given-up', 'release-refused'])
  })

  it('fire where functions fail at an event, which becomes a dead letter', async () => {
    const events = [broken('imagebuilder.cve-detected.json', { unheard: 'of' })]
    expect(await fired({ events, for: 4 * hour })).toEqual(['dead-letters', 'function-errors'])
  })

  it.each([
    ['ReceiveRelease', 'upstream-release-lost'],
    ['MarkCandidate', 'failure-unknown'],
  ])('fire where %s has lost its permissions: %s', async (name, alarm) => {
    const assembly = structuredClone(stage.assembly)
    const role = assembly.buildStack.template.Resources[`${name}Role`]
    if (role) role.Properties = { ...role.Properties, Policies: [] }
    expect(await fired({ assembly, releases: [release], for: 2 * hour })).toEqual([alarm])
  })
})

describe('what no rehearsal brings about', () => {
  const place = { account: '111122223333', region: 'us-west-2', stack: 'golden-build' }
  const at = Date.parse(start)
  const golden = (dimension: string, name: string) => ({ [dimension]: `golden-${name}` })
  it.each([
    ['function-throttles', 'AWS/Lambda', 'Throttles', golden('FunctionName', 'complete-wait'), 1],
    ['delivery-failures', 'AWS/SNS', 'NumberOfNotificationsFailed', golden('TopicName', 'notifications'), 1],
    ['ledger-throttles', 'AWS/DynamoDB', 'ReadThrottleEvents', golden('TableName', 'ledger'), 1],
    ['lock-held-too-long', 'Rebake/golden', 'OldestLock', { service: 'rebake' }, 40 * 24 * hour],
  ])('fires by its data points: %s', (alarm, namespace, name, dimensions, value) => {
    const metrics = new Metrics()
    const declared = resourcesOf(stage.assembly.buildStack.template, 'AWS::CloudWatch::Alarm')
    for (const [id, properties] of Object.entries(declared))
      alarms['AWS::CloudWatch::Alarm']?.create(
        { metrics, clock: { now: () => at }, aws: { isStrict: () => true } } as never,
        { ...place, suffix: '' },
        id,
        properties as never,
      )
    const quiet = metrics.fired(at, at + hour * 1000)
    for (let minute = 0; minute < 120; minute++)
      metrics.record({ namespace, name, dimensions }, at + minute * 60_000, value)
    expect(metrics.fired(at, at + 2 * hour * 1000).filter((each) => !quiet.includes(each))).toContain(`golden-${alarm}`)
    expect(quiet).not.toContain(`golden-${alarm}`)
    seen.add(`golden-${alarm}`)
  })
})

it('each alarm of the template has fired here', () => {
  const declared = resourcesOf(stage.assembly.buildStack.template, 'AWS::CloudWatch::Alarm')
  expect([...seen].sort()).toEqual(
    Object.values(declared)
      .map(({ AlarmName }) => AlarmName)
      .sort(),
  )
})
