import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { stringify } from 'yaml'
import type { Fleet, Image } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { architectureOf } from '../../domain/fleet/upstreams.ts'
import { showDuration } from '../../domain/fleet/values.ts'

/** Where the example fleet is, with the files that it names. */
export const exampleDirectory = 'examples/golden'
export const exampleFile = `${exampleDirectory}/fleet.yaml`

/** A file beside the example fleet. */
export const readBesideExample = (path: string): string => readFileSync(join(exampleDirectory, path), 'utf8')
const readIfThere = (path: string) => (existsSync(join(exampleDirectory, path)) ? readBesideExample(path) : undefined)

/** The example fleet, parsed. */
export const exampleFleet = (): Fleet => parseFleet(readFileSync(exampleFile, 'utf8'), 'fleet.yaml', readIfThere)

/** Some images of the example fleet, each ring of it with one account and one region. */
export function slimExample(...names: string[]): Fleet {
  const { images, rings, notify, ...fleet } = exampleFleet()
  const kept = names.flatMap((name) => {
    const image = images[name]
    return image ? [[name, image] as const] : []
  })
  const slim = mapValues(rings, (ring) => ({
    ...ring,
    accounts: ring.accounts.slice(0, 1),
    regions: ring.regions.slice(0, 1),
  }))
  // The images of a subscription may not be there.
  return { ...fleet, images: Object.fromEntries(kept), rings: slim, notify: { ...notify, subscriptions: {} } }
}

/** What a ring is where nothing more is asked of it, beside its accounts and regions. */
export const plainRing = {
  organizationalUnits: [],
  organization: false,
  except: [],
  mode: 'copy' as const,
  parameter: '/golden-images/{image}',
  launchTemplates: [],
  tags: {},
  licenses: [],
  soak: 0,
}

/** What an AMI must be where nothing more is asked of it, beside its architecture. */
export const plainAmi = { mode: 'required' as const, imdsv2: true, encrypted: true, tags: [] }

const withWindow = <P extends { window?: NonNullable<Image['window']> }>(part: P) =>
  part.window ? { ...part, window: { ...part.window, duration: showDuration(part.window.duration) } } : part

/** A fleet as YAML, every default written out: parseFleet gives the same fleet back. */
export const renderFleet = (fleet: Fleet): string =>
  stringify({
    ...fleet,
    poll: showDuration(fleet.poll),
    ...(fleet.freshness && { freshness: showDuration(fleet.freshness) }),
    images: mapValues(fleet.images, (image) => ({
      ...withWindow(image),
      timeout: showDuration(image.timeout),
      estimate: showDuration(image.estimate),
      ...(image.freshness && { freshness: showDuration(image.freshness) }),
    })),
    rings: mapValues(fleet.rings, ({ approval, ...ring }) => ({
      ...withWindow(ring),
      soak: showDuration(ring.soak),
      ...(approval && { approval: { ...approval, timeout: showDuration(approval.timeout) } }),
    })),
    patchCycles: mapValues(fleet.patchCycles, ({ flexibleWindow, ...cycle }) =>
      flexibleWindow ? { ...cycle, flexibleWindow: showDuration(flexibleWindow) } : cycle,
    ),
    ...(fleet.cves && { cves: { ...fleet.cves, every: showDuration(fleet.cves.every) } }),
  })

const mapValues = <V, W>(record: Record<string, V>, change: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))

const word = fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/).filter((name) => name !== 'prototype')
const kebab = fc
  .stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,6}){1,2}$/)
  .filter((name) => !name.startsWith('constructor'))
const names = (minLength: number, maxLength: number) => fc.uniqueArray(kebab, { minLength, maxLength })
const accounts = fc.uniqueArray(fc.stringMatching(/^[0-9]{12}$/), { minLength: 2, maxLength: 8 })
const region = fc.constantFrom('us-east-1', 'us-west-2', 'eu-west-1', 'ap-southeast-2')
const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(value).map((found) => (found === null ? {} : { [key]: found }))
const inMinutes = (min: number, max: number) => fc.integer({ min, max }).map((value) => value * 60)

const account = fc.stringMatching(/^[0-9]{12}$/)
const architecture = fc.constantFrom('x86_64' as const, 'arm64' as const)
const amiName = word.map((name) => `${name}-*`)
const owner = fc.oneof(account, fc.constant('amazon' as const))

/** Upstreams of every kind; none could be the fleet's own product. */
const upstream = fc
  .tuple(
    fc.constantFrom('Linux' as const, 'Windows' as const),
    fc.oneof(
      fc.record({ ami: fc.record({ owner: account, name: amiName, architecture }) }),
      fc.record({
        parameter: fc
          .tuple(
            fc.record({
              name: fc.oneof(
                word,
                word.map((name) => `/aws/service/${name}`),
              ),
              architecture,
            }),
            optional('account', account),
            optional('owner', owner),
            optional('amiName', amiName),
            optional(
              'announcements',
              word.map((name) => `arn:aws:sns:us-east-1:444455556666:${name}`),
            ),
          )
          .map((deps) => Object.assign({}, ...deps)),
      }),
      fc.record({ image: fc.record({ name: word.map((name) => `soe_${name}`), architecture }) }),
      fc.record({
        event: fc
          .tuple(
            fc.record({ account, architecture, emergencies: fc.boolean() }),
            optional('owner', owner),
            optional('amiName', amiName),
          )
          .map((deps) => Object.assign({}, ...deps)),
      }),
    ),
  )
  .map(([platform, kind]): Fleet['upstreams'][string] => ({ platform, ...kind }))

const timezone = fc.constantFrom('UTC', 'Australia/Sydney', 'Europe/London', 'America/New_York')

/** Of images every day and of rings once a week, each so long that the two always meet. */
const window = (schedules: string[], hours: number) =>
  fc.record({
    schedule: fc.constantFrom(...schedules),
    timezone,
    duration: inMinutes(hours * 60, 24 * 60),
  })
const imageWindow = window(['cron(0 2 * * ? *)', 'cron(30 20 ? * * *)'], 12)
const ringWindow = window(['cron(0 2 ? * SUN *)', 'cron(15 0/6 ? * 2-6 *)'], 14)

const recurrence = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('cron(0 2 ? * TUE#2 *)', 'cron(0 3 L * ? *)', 'cron(0/5 20-2 ? * MON,THU 2026-2199)'),
      optional('offset', fc.constantFrom('1d', '6d')),
    )
    .map(([schedule, offset]) => ({ schedule, ...offset })),
  fc
    .tuple(fc.constantFrom('rate(1 day)', 'rate(12 hours)'), optional('flexibleWindow', inMinutes(1, 600)))
    .map(([schedule, flexible]) => ({ schedule, ...flexible })),
  fc.constant({ schedule: 'at(2026-11-20T13:00:00)' }),
)

const patchCycles = (images: string[], upstreams: string[]): fc.Arbitrary<Fleet['patchCycles']> =>
  fc.dictionary(
    word.map((name) => `cycle-${name}`),
    fc
      .tuple(
        optional('description', word),
        recurrence,
        fc.record({ timezone, onlyIfChanged: fc.boolean() }),
        fc.oneof(
          fc.record({ images: fc.oneof(fc.subarray(images, { minLength: 1 }), fc.constant(['*'])) }),
          fc.record({ upstreams: fc.subarray(upstreams, { minLength: 1 }) }),
          fc.constant({}),
        ),
      )
      .map((deps) => Object.assign({}, ...deps)),
    { maxKeys: 2 },
  )

const freezes = (images: string[], rings: string[]): fc.Arbitrary<Fleet['freezes']> =>
  fc.dictionary(
    kebab,
    fc
      .tuple(
        fc.record({ reason: word, timezone }),
        fc
          .tuple(fc.integer({ min: 10, max: 28 }), fc.constantFrom('T', ' '))
          .map(([day, t]) => ({ from: `2026-12-${day}${t}00:00`, to: `2027-01-${day}${t}09:30` })),
        optional('rings', fc.subarray(rings, { minLength: 1 })),
        optional('images', fc.subarray(images, { minLength: 1 })),
      )
      .map((deps) => Object.assign({}, ...deps)),
    { maxKeys: 2 },
  )

const cves = fc.record({ high: fc.integer({ min: 1, max: 50 }), every: inMinutes(60, 9999) })

/** One set of instances for each architecture, and for each platform a component of every kind. */
const infrastructure = {
  'intel-or-amd': { instanceTypes: ['m7i.large', 'm7a.large'], terminateOnFailure: true, tags: {} },
  graviton: { instanceTypes: ['m7g.large'], terminateOnFailure: false, tags: { cost: 'low' } },
}
const own = (platform: 'Linux' | 'Windows', action: string) => ({
  platform,
  document: {
    schemaVersion: '1.0',
    parameters: [{ Version: { type: 'string' as const } }],
    phases: [
      {
        name: 'build' as const,
        steps: [{ name: 'Run', action, inputs: { commands: ['echo {{ Version }}'] } }],
      },
    ],
  },
})
const shared = (name: string) => ({ arn: `arn:aws:imagebuilder:us-west-2:aws:component/${name}/x.x.x` })
const components = {
  'own-linux': own('Linux', 'ExecuteBash'),
  'own-windows': own('Windows', 'ExecutePowerShell'),
  'update-linux': shared('update-linux'),
  'update-windows': shared('update-windows'),
}

const arbitraryImage = (parent: string, upstream: Fleet['upstreams'][string], rings: string[]): fc.Arbitrary<Image> => {
  const { platform } = upstream
  const architecture = architectureOf(upstream) ?? 'x86_64'
  return fc
    .record({
      parent: fc.constant(parent),
      infrastructure: fc.constant(architecture === 'arm64' ? 'graviton' : 'intel-or-amd'),
      components: fc.subarray(
        platform === 'Linux'
          ? [
              { component: 'own-linux', parameters: { Version: '1.10' } },
              { component: 'update-linux', parameters: {} },
            ]
          : [
              { component: 'own-windows', parameters: { Version: '07' } },
              { component: 'update-windows', parameters: {} },
            ],
        { minLength: 1 },
      ),
      volumes: fc
        .subarray([{ device: platform === 'Windows' ? 'xvdf' : '/dev/sdf', size: 500, type: 'st1' as const }])
        .map((more) => [
          {
            device: platform === 'Windows' ? '/dev/sda1' : '/dev/xvda',
            size: 30,
            type: 'gp3' as const,
            throughput: 250,
          },
          ...more,
        ]),
      tags: fc.dictionary(word, word, { maxKeys: 3 }),
      tests: fc.boolean(),
      scanning: fc.boolean(),
      estimate: inMinutes(1, 300),
      rings: fc.subarray(rings, { minLength: 1 }),
      checks: fc.record({
        ami: fc.record({
          mode: fc.constantFrom('required' as const, 'advisory' as const),
          architecture: fc.constant(architecture),
          imdsv2: fc.boolean(),
          encrypted: fc.boolean(),
          tags: fc.uniqueArray(word, { maxLength: 2 }),
        }),
      }),
    })
    .chain((image) =>
      fc
        .tuple(
          inMinutes(Math.max(10, image.estimate / 60), 1440),
          optional('description', word),
          optional('window', imageWindow),
          optional('freshness', inMinutes(1440, 1440)),
        )
        .map(([timeout, ...extra]) => Object.assign({ ...image, timeout }, ...extra) as Image),
    )
}

/** Random valid fleets: forests of up to a dozen images in any order of the file, up to four rings. */
export const arbitraryFleet = (): fc.Arbitrary<Fleet> =>
  fc
    .record({
      keys: names(2, 15),
      roots: fc.integer({ min: 1, max: 3 }),
      upstreams: fc.array(upstream, { minLength: 3, maxLength: 3 }),
      picks: fc.array(fc.nat(), { minLength: 15, maxLength: 15 }),
      rings: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
      accounts,
    })
    .chain(({ keys, roots, upstreams, picks, rings, accounts }) => {
      const count = Math.min(roots, keys.length - 1)
      const root: Record<string, Fleet['upstreams'][string]> = {}
      const parents: Record<string, string> = {}
      keys.forEach((key, i) => {
        const parent = keys[(picks[i] ?? 0) % Math.max(i, 1)] as string
        if (i >= count) parents[key] = parent
        root[key] = (i < count ? upstreams[i] : root[parent]) as Fleet['upstreams'][string]
      })
      const used = rings.slice(0, accounts.length)
      const rooting = keys.slice(0, count).filter((key) => Object.values(parents).includes(key))
      const images = Object.entries(parents).map(([key, parent]) =>
        arbitraryImage(parent, root[key] as Fleet['upstreams'][string], used).map((image) => [key, image] as const),
      )
      return fc.record({
        name: word,
        build: fc.constant({ account: '111122223333', region: 'us-west-2' }),
        concurrentBakes: fc.integer({ min: 1, max: 100 }),
        supersede: fc.constantFrom('wait', 'cancel'),
        poll: inMinutes(5, 1440),
        upstreams: fc.constant(Object.fromEntries(keys.slice(0, count).map((key, i) => [key, upstreams[i]]))),
        infrastructure: fc.constant(infrastructure),
        components: fc.constant(components),
        images: fc
          .tuple(...images)
          .chain(shuffled)
          .map(Object.fromEntries),
        rings: fc
          .tuple(
            ...used.map((ring, i) =>
              arbitraryRing(
                ring,
                accounts.filter((_, j) => j % used.length === i),
              ),
            ),
          )
          .map(Object.fromEntries),
        patchCycles: patchCycles(Object.keys(parents), rooting),
        freezes: freezes(Object.keys(parents), used),
        cves: fc.option(cves, { nil: undefined }),
        workflows: fc.constant({}),
        waivers: fc.constant({}),
        notify: fc.constant({ email: ['platform-team@example.com'], subscriptions: {}, slack: {}, chat: {} }),
      }) as fc.Arbitrary<Fleet>
    })
    .map(({ cves, ...fleet }): Fleet => ({ ...fleet, ...(cves && { cves }) }))
    .filter(({ name }) => !/^(aws|ssm)/.test(name))

const shuffled = <T>(items: T[]) => fc.shuffledSubarray(items, { minLength: items.length })

const arbitraryRing = (key: string, own: string[]) =>
  fc
    .record({
      ...mapValues(plainRing, (value) => fc.constant(value)),
      accounts: fc.constant(own),
      regions: fc.uniqueArray(region, { minLength: 1, maxLength: 4 }),
      parameter: fc.constantFrom('/golden-images/{image}', '/{fleet}/{ring}/{image}'),
      soak: inMinutes(0, 5000),
    })
    .chain((ring) => optional('window', ringWindow).map((window) => ({ ...ring, ...window })))
    .map((ring) => [key, ring] as const)
