import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { EventEnvelope } from '../emulator/event.ts'
import { matches } from '../emulator/matching/event-pattern.ts'
import { type CloudAssemblySummary, synthesize } from '../infra/synthesize.ts'
import { parseFault } from '../rehearsal/faults.ts'
import { rehearse } from '../rehearsal/rehearse.ts'
import { everyKind } from './support/every-kind.ts'
import { exampleDirectory, exampleFile, exampleFleet } from './support/fleets.ts'
import { readEvent, slow, temporaryDirectory } from './support/rehearsal.ts'
import { resourcesOf } from './support/template.ts'

const files = readdirSync('events').sort()
const events = Object.fromEntries(files.map((file) => [file, readEvent(file)]))
const fleet = exampleFleet()
const every = everyKind()
const checked = every.images['team-base']
if (checked) {
  checked.scanning = true
  checked.checks.vulnerabilities = {
    mode: 'required',
    timeout: 7200,
    critical: 0,
    fixable: false,
    introduced: false,
  }
  checked.checks.smoke = { mode: 'required', timeout: 3600, document: 'AWS-RunShellScript' }
}

describe.each(files)('%s', (file) => {
  const event = events[file] as EventEnvelope

  it('has the members of an envelope, and no others', () => {
    expect(Object.keys(event)).toEqual([
      'version',
      'id',
      'detail-type',
      'source',
      'account',
      'time',
      'region',
      'resources',
      'detail',
    ])
    expect(event).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      'detail-type': expect.stringMatching(/^\S.*\S$/),
      source: expect.stringMatching(/^(aws\.[a-z0-9]+|soe)$/),
      account: expect.stringMatching(/^\d{12}$/),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: 'us-west-2',
      resources: expect.any(Array),
      detail: expect.any(Object),
    })
  })

  it('is named after its source, and speaks of resources there', () => {
    const service = event.source.replace('aws.', '')
    expect(file).toMatch(new RegExp(`^${service}\\.[a-z-]+\\.json$`))
    for (const arn of event.resources)
      expect(arn).toMatch(new RegExp(`^arn:aws:${service.replace('soe', 'ec2')}:us-west-2:(${event.account})?:`))
    expect(event.resources.length).toBeGreaterThan(0)
  })
})

it('no two files are the same event', () => {
  expect(new Set(Object.values(events).map(({ id }) => id)).size).toBe(files.length)
})

let assembly: CloudAssemblySummary
let everyAssembly: CloudAssemblySummary
beforeAll(async () => {
  const where = () => ({ fleetDirectory: exampleDirectory, outdir: temporaryDirectory(), validate: false })
  assembly = await synthesize({ fleet, ...where() })
  everyAssembly = await synthesize({ fleet: every, ...where(), bundle: false })
}, slow)

describe('rules', () => {
  const patterns = (stack: 'buildStack' | 'soeStack') =>
    Object.fromEntries(
      Object.entries(resourcesOf(everyAssembly[stack].template, 'AWS::Events::Rule')).map(([rule, properties]) => [
        rule,
        properties.EventPattern as Record<string, unknown>,
      ]),
    )
  const all = () => ({ ...patterns('buildStack'), ...patterns('soeStack') })
  const expected: Record<string, string[]> = {
    AmiReleased: ['ec2.ami-available.json'],
    ParameterReleased: ['ssm.upstream-parameter-updated.json'],
    OwnParameterReleased: ['ssm.own-upstream-parameter-created.json'],
    ImageReleased: ['imagebuilder.upstream-image-available.json'],
    AnnouncedRelease: ['soe.ami-released.json'],
    ForwardReleases: ['ec2.ami-available.json'],
    ForwardParameters: ['ssm.upstream-parameter-updated.json'],
    ForwardAnnouncements: ['soe.ami-released.json'],
    CveDetected: ['imagebuilder.cve-detected.json'],
    ScanCompleted: ['imagebuilder.cve-detected.json'],
    SmokeTested: ['ssm.automation-succeeded.json'],
    ImageSettled: ['available', 'cancelled', 'deleted', 'deprecated', 'disabled', 'failed'].map(
      (status) => `imagebuilder.image-${status}.json`,
    ),
    ExecutionDied: ['aborted', 'failed', 'timed-out'].map((status) => `states.execution-${status}.json`),
  }

  it('are those of the table', () => {
    expect(Object.keys(all()).sort()).toEqual(Object.keys(expected).sort())
  })

  it.each(Object.entries(expected))('%s matches its files and none of the others: %j', (rule, matched) => {
    const pattern = all()[rule] ?? {}
    expect(files.filter((file) => matches(pattern, events[file]))).toEqual(matched)
  })

  const moved = (file: string, change: (text: string) => string) =>
    JSON.parse(change(JSON.stringify(events[file]))) as EventEnvelope
  it.each<[string, string, (text: string) => string]>([
    ["another fleet's image", 'imagebuilder.image-available.json', (text) => text.replaceAll('golden-', 'silver-')],
    [
      'an image of another account',
      'imagebuilder.image-failed.json',
      (text) => text.replaceAll('111122223333', '444455556666'),
    ],
    [
      'an image of another region',
      'imagebuilder.image-failed.json',
      (text) => text.replaceAll('us-west-2', 'us-east-1'),
    ],
    ["another fleet's execution", 'states.execution-failed.json', (text) => text.replaceAll('golden-', 'silver-')],
    [
      'an execution of another state machine',
      'states.execution-failed.json',
      (text) => text.replaceAll('golden-rebake', 'golden-rebakes'),
    ],
  ])('of the build account match nothing of %s', (_, file, change) => {
    const rules = Object.entries(patterns('buildStack'))
    const taking = (event: unknown) => rules.filter(([, pattern]) => matches(pattern, event))
    expect(taking(events[file])).toHaveLength(1)
    expect(taking(moved(file, change))).toEqual([])
  })
})

/** Every leaf of an event by its path, with its type; a list is shown by its first element. */
function leaves(value: unknown, path = ''): [string, string][] {
  if (Array.isArray(value)) return value.length === 0 ? [[path, 'null']] : leaves(value[0], `${path}[]`)
  if (typeof value !== 'object' || value === null) return [[path, value === null ? 'null' : typeof value]]
  return Object.entries(value).flatMap(([key, item]) => leaves(item, `${path}.${key}`))
}

/** Whether two events have the same members, of the same types where neither is null. */
function alike(one: EventEnvelope, two: EventEnvelope): boolean {
  const [first, second] = [new Map(leaves(one)), new Map(leaves(two))]
  return (
    first.size === second.size &&
    [...first].every(
      ([path, type]) => [type, 'null'].includes(second.get(path) ?? '') || (type === 'null' && second.has(path)),
    )
  )
}

describe('events that a rehearsal puts on a bus', () => {
  // AWS's events are in files, ours in the documentation, where the second is shown without its envelope.
  const envelope = { ...readEvent('ec2.ami-available.json'), resources: [] }
  const ours = [...readFileSync('docs/events.md', 'utf8').matchAll(/^```json\n(.*?)^```/gms)]
  const documented = [
    ...Object.values(events),
    ...ours.map(([, text = '']) => ({ ...envelope, ...(JSON.parse(text) as EventEnvelope) })),
  ]
  const automation =
    /^arn:aws:ssm:us-west-2:111122223333:automation-(execution\/[0-9a-f-]{36}|definition\/golden-smoke:1)$/
  const kinds: Record<string, RegExp | null> = {
    'EC2 AMI State Change': /^arn:aws:ec2:us-west-2::image\/ami-[0-9a-f]{17}$/,
    'EC2 Image Builder Image State Change':
      /^arn:aws:imagebuilder:us-west-2:111122223333:image\/golden-[a-z0-9-]+\/\d+\.\d+\.\d+\/\d+$/,
    'EC2 Image Builder CVE Detected':
      /^arn:aws:imagebuilder:us-west-2:111122223333:image(-pipeline)?\/golden-[a-z0-9/.-]+$/,
    'EC2 Automation Execution Status-change Notification': automation,
    'EC2 Automation Step Status-change Notification': automation,
    'Parameter Store Change': /^arn:aws:ssm:us-west-2:111122223333:parameter\/golden\/images\/[a-z0-9-]+\/[a-z]+$/,
    'Step Functions Execution Status Change':
      /^arn:aws:states:us-west-2:111122223333:execution:golden-(release|campaign|rebake):[\w-]{1,80}$/,
    'Rebake Image Released': null,
    'Rebake Image Not Released': null,
  }
  const seen: EventEnvelope[] = []
  let put: Partial<Record<string, EventEnvelope[]>>

  beforeAll(async () => {
    const rehearsal = await rehearse({
      fleet,
      assembly,
      fleetFile: exampleFile,
      events: [readEvent('ec2.ami-available.json')],
      seed: 1,
      faults: ['build-fails=orders-api', 'execution-aborted=al2023-node'].map(parseFault),
      onEvent: (event) => seen.push(event),
    })
    await rehearsal.close()
    put = Object.groupBy(seen, (event) => event['detail-type'])
  }, slow)

  it('are of every kind that is looked at here, and of no other', () => {
    expect(Object.keys(put).sort()).toEqual(Object.keys(kinds).sort())
  })

  it.each(Object.entries(kinds))('have the documented members and resources: %s', (kind, arn) => {
    const examples = documented.filter((event) => event['detail-type'] === kind)
    // Files also have what upstreams of other fleets put: this one's is what a rehearsal of it puts.
    for (const event of put[kind] ?? []) {
      expect(event.resources.length > 0).toBe(arn !== null)
      for (const resource of event.resources) expect(resource).toMatch(arn ?? /^$/)
    }
    for (const event of put[kind] ?? []) {
      const like = examples.filter((example) => alike(event, example))
      expect(like.length, JSON.stringify(event)).toBeGreaterThan(0)
      expect(event.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      expect([event.version, event.region, event.source]).toEqual(['0', 'us-west-2', examples[0]?.source])
    }
  })

  it('have an id each', () => {
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length)
  })

  it('that end something are of every status that this rehearsal has', () => {
    const statuses = (kind: string, status: (detail: Record<string, unknown>) => unknown) =>
      new Set((put[kind] ?? []).map(({ detail }) => status(detail)))
    expect(statuses('Step Functions Execution Status Change', ({ status }) => status)).toEqual(
      new Set(['RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED']),
    )
    const built = statuses('EC2 Image Builder Image State Change', ({ state }) => (state as { status: string }).status)
    expect([...built]).toEqual(expect.arrayContaining(['BUILDING', 'TESTING', 'AVAILABLE', 'FAILED']))
  })
})
