import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FleetInvalid, parseFleet } from '../../../domain/fleet/parse.ts'
import { arbitraryFleet, plainAmi, renderFleet } from '../../support/fleets.ts'
import { files, sound } from './broken.ts'

const read = (path: string) => files[path]
const problemsOf = (text: string) => {
  try {
    parseFleet(text, 'fleet.yaml', read)
    return []
  } catch (error) {
    if (error instanceof FleetInvalid) return error.problems
    throw error
  }
}

describe('a small fleet', () => {
  const fleet = parseFleet(sound, 'fleet.yaml', read)

  it('has every default', () => {
    expect(fleet).toMatchObject({ concurrentBakes: 20, supersede: 'wait', poll: 3600 })
    expect(fleet.patchCycles.monthly).toMatchObject({ onlyIfChanged: false })
    expect(fleet.cves).toEqual({ critical: 1, every: 7 * 86400 })
    expect(fleet.infrastructure.small).toEqual({
      instanceTypes: ['m7i.large'],
      terminateOnFailure: true,
      tags: {},
    })
    expect(fleet.upstreams['linux-soe']?.ami?.architecture).toBe('x86_64')
    expect(fleet.images.base).toEqual({
      parent: 'linux-soe',
      infrastructure: 'small',
      components: [
        { component: 'patch', parameters: {} },
        { component: 'agent', parameters: {} },
      ],
      volumes: [{ device: '/dev/xvda', size: 20, type: 'gp3' }],
      tags: {},
      tests: true,
      scanning: false,
      timeout: 2 * 3600,
      estimate: 40 * 60,
      rings: ['early', 'everyone'],
      checks: { ami: { ...plainAmi, architecture: 'x86_64' } },
    })
    expect(fleet.rings.early).toMatchObject({ parameter: '/golden-images/{image}', soak: 0 })
  })

  it('keeps what it says', () => {
    expect(fleet.images.web).toMatchObject({
      components: [{ component: 'app', parameters: { Version: '1.10' } }],
      timeout: 5400,
    })
    expect(fleet.components.app).toMatchObject({ document: { schemaVersion: '1.0' } })
  })

  it.each([
    ['no notify', 'notify: { email: [team@example.com] }\n', '', { notify: { email: [] } }],
    ['an empty notify', '{ email: [team@example.com] }', '{}', { notify: { email: [] } }],
    [
      'a soak in days',
      'regions: [us-west-2]',
      'regions: [us-west-2]\n    soak: 7d',
      { rings: { everyone: { soak: 604800 } } },
    ],
    ["an image's own freshness", 'timeout: 90m', 'freshness: 35d', { images: { web: { freshness: 35 * 86_400 } } }],
    [
      "the fleet's freshness for every image",
      'notify:',
      'freshness: 1d\nnotify:',
      { freshness: 86_400, images: { base: { freshness: 86_400 }, web: { freshness: 86_400 } } },
    ],
    [
      'rings in another order',
      'timeout: 90m',
      'rings: [everyone, early]',
      { images: { web: { rings: ['early', 'everyone'] } } },
    ],
    [
      'an anchor and an alias',
      "accounts: ['222233334444']\n    regions: [us-west-2, us-east-1]\n  everyone:\n    accounts: ['555566667777', '777788889999']\n    regions: [us-west-2]",
      "accounts: ['222233334444']\n    regions: &all [us-west-2, us-east-1]\n  everyone:\n    accounts: ['555566667777']\n    regions: *all",
      { rings: { everyone: { regions: ['us-west-2', 'us-east-1'] } } },
    ],
  ])('reads %s', (_, from, to, expected) => {
    expect(parseFleet(sound.replace(from, to), 'fleet.yaml', read)).toMatchObject(expected)
  })

  it('needs no infrastructure where every image adopts a pipeline', () => {
    const text = `name: adopted
build: { account: "111122223333", region: us-west-2 }
upstreams: { soe: { platform: Linux, ami: { owner: "444455556666", name: "soe-*" } } }
images: { web: { parent: soe, pipeline: "arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/web" } }
rings: { all: { accounts: ["222233334444"], regions: [us-west-2] } }
`
    expect(parseFleet(text, 'fleet.yaml').infrastructure).toEqual({})
    const own = text.replace(/pipeline: "[^"]+"/, 'infrastructure: small, components: [update]')
    expect(() => parseFleet(own, 'fleet.yaml')).toThrow(/small/)
  })

  it("lets an image's own freshness go before the fleet's, and makes no promise that nobody gave", () => {
    const both = sound.replace('timeout: 90m', 'freshness: 2d').replace('notify:', 'freshness: 30d\nnotify:')
    const { images } = parseFleet(both, 'fleet.yaml', read)
    expect([images.web?.freshness, images.base?.freshness]).toEqual([2 * 86_400, 30 * 86_400])
    expect(parseFleet(sound, 'fleet.yaml', read).images.web).not.toHaveProperty('freshness')
  })

  it("gives an image its upstream's architecture, however deep it is", () => {
    const arm = sound
      .replace('parent: linux-soe', 'parent: arm-soe')
      .replaceAll('infrastructure: small', 'infrastructure: graviton')
    expect(parseFleet(arm, 'fleet.yaml', read).images.web?.checks.ami.architecture).toBe('arm64')
  })

  it('looks at no file without a reader', () => {
    expect(parseFleet(sound.replace('patch.yaml', 'nowhere.yaml'), 'fleet.yaml').components).toHaveProperty('patch')
  })

  it("names a component's file as seen from where the fleet's is", () => {
    const parse = () => parseFleet(sound.replace('patch.yaml', 'torn.yaml'), 'fleets/acme/fleet.yaml', read)
    expect(parse).toThrow(/^fleets\/acme\/torn\.yaml:1:10: this is not YAML/)
  })
})

describe('any fleet', () => {
  it('is read as it is written', () => {
    fc.assert(
      fc.property(arbitraryFleet(), (fleet) => {
        expect(parseFleet(renderFleet(fleet), 'fleet.yaml')).toEqual(fleet)
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  it('shows one unknown parent at its own place, and nothing else', () => {
    const nameless = fc.tuple(arbitraryFleet(), fc.nat())
    fc.assert(
      fc.property(nameless, ([fleet, pick]) => {
        const image = Object.values(fleet.images)[pick % Object.keys(fleet.images).length]
        if (image) image.parent = 'nobody-has-this-name'
        const text = renderFleet(fleet)
        const problems = problemsOf(text)
        expect(problems).toHaveLength(1)
        const { line = 0, column = 0 } = problems[0] ?? {}
        expect(text.split('\n')[line - 1]?.slice(column - 1)).toBe('nobody-has-this-name')
      }),
    )
  }, 60_000)
})

describe('any text', () => {
  const lines = sound.split('\n')
  const damage = fc.record({
    line: fc.nat(lines.length - 1),
    from: fc.nat(40),
    length: fc.nat(12),
    put: fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom('', 'x', ': ', '- ', '{}', '[]', '~', '1', '"', '*a', '&a ', '\n', '__proto__: 1', 'constructor'),
    ),
  })

  it('is a fleet or has problems with places in it, in order, and never fails in another way', () => {
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        const broken = [...lines]
        for (const { line, from, length, put } of damages) {
          const before = broken[line] ?? ''
          broken[line] = before.slice(0, from) + put + before.slice(from + length)
        }
        const text = broken.join('\n')
        const problems = problemsOf(text).filter(({ file }) => file === 'fleet.yaml')
        for (const { line, column } of problems) {
          expect(line).toBeLessThanOrEqual(text.split('\n').length)
          expect(column).toBeLessThanOrEqual((text.split('\n')[line - 1] ?? '').length + 1)
        }
        const places = problems.map(({ line, column }) => line * 1000 + column)
        expect(places).toEqual(places.toSorted((a, b) => a - b))
      }),
      { numRuns: 500 },
    )
  }, 60_000)
})
