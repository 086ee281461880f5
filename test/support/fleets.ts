import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { stringify } from 'yaml'
import type { Fleet, Image } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'

/** Reads component files relative to the root of the repository, where the example fleet is. */
const readFromRoot = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined

/** The example fleet, parsed. */
export const exampleFleet = (): Fleet =>
  parseFleet(readFileSync('fleet.yaml', 'utf8'), 'fleet.yaml', readFromRoot)

const minutes = (seconds: number) => `${seconds / 60}m`

/** A fleet as YAML, every default written out: parseFleet gives the same fleet back. */
export const renderFleet = (fleet: Fleet): string =>
  stringify({
    ...fleet,
    images: mapValues(fleet.images, (image) => ({
      ...image,
      timeout: minutes(image.timeout),
      estimate: minutes(image.estimate),
    })),
    rings: mapValues(fleet.rings, (ring) => ({ ...ring, soak: minutes(ring.soak) })),
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

const upstream = fc.record({
  platform: fc.constantFrom('Linux' as const, 'Windows' as const),
  ami: fc.record({
    owner: fc.stringMatching(/^[0-9]{12}$/),
    name: word.map((name) => `${name}-*`),
    architecture: fc.constantFrom('x86_64' as const, 'arm64' as const),
  }),
})

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

const arbitraryImage = (
  parent: string,
  { platform, ami }: Fleet['upstreams'][string],
  rings: string[],
): fc.Arbitrary<Image> =>
  fc
    .record({
      parent: fc.constant(parent),
      infrastructure: fc.constant(ami.architecture === 'arm64' ? 'graviton' : 'intel-or-amd'),
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
      volumes: fc.subarray([
        { device: '/dev/xvda', size: 30, type: 'gp3' as const, throughput: 250 },
        { device: '/dev/sdf', size: 500, type: 'st1' as const },
      ]),
      tags: fc.dictionary(word, word, { maxKeys: 3 }),
      tests: fc.boolean(),
      scanning: fc.boolean(),
      estimate: inMinutes(1, 300),
      rings: fc.subarray(rings, { minLength: 1 }),
      checks: fc.record({
        architecture: fc.constant(ami.architecture),
        imdsv2: fc.boolean(),
        encrypted: fc.boolean(),
        tags: fc.uniqueArray(word, { maxLength: 2 }),
      }),
    })
    .chain((image) =>
      fc
        .tuple(inMinutes(Math.max(10, image.estimate / 60), 1440), optional('description', word))
        .map(([timeout, extra]) => ({ ...image, timeout, ...extra })),
    )

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
      const images = Object.entries(parents).map(([key, parent]) =>
        arbitraryImage(parent, root[key] as Fleet['upstreams'][string], used).map(
          (image) => [key, image] as const,
        ),
      )
      return fc.record({
        name: word,
        build: fc.constant({ account: '111122223333', region: 'us-west-2' }),
        concurrentBakes: fc.integer({ min: 1, max: 100 }),
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
        notify: fc.constant({ email: ['platform-team@example.com'] }),
      }) as fc.Arbitrary<Fleet>
    })
    .filter(({ name }) => !/^(aws|ssm)/.test(name))

const shuffled = <T>(items: T[]) => fc.shuffledSubarray(items, { minLength: items.length })

const arbitraryRing = (key: string, own: string[]) =>
  fc
    .record({
      accounts: fc.constant(own),
      regions: fc.uniqueArray(region, { minLength: 1, maxLength: 4 }),
      parameter: fc.constantFrom('/golden-images/{image}', '/{fleet}/{ring}/{image}'),
      soak: inMinutes(0, 5000),
    })
    .map((ring) => [key, ring] as const)
