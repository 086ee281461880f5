import { describe, expect, it } from 'vitest'
import { imageFingerprint, imageFingerprints } from '../../../domain/fleet/image-fingerprint.ts'
import type { Fleet } from '../../../domain/fleet/model.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { files, sound } from './broken.ts'

const read = (path: string) => files[path] ?? ''
const fleetAfter = (...edits: [from: string, to: string][]): Fleet =>
  parseFleet(
    edits.reduce((text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`)
      return text.replace(from, () => to)
    }, sound),
    'fleet.yaml',
  )
const before = imageFingerprints(fleetAfter(), read)
const web: [string, string] = ['    timeout: 90m\n', '']

describe('the fingerprint of an image', () => {
  it('is of every image, short, and its own', () => {
    expect(Object.keys(before)).toEqual(['base', 'web'])
    for (const definition of Object.values(before)) expect(definition).toMatch(/^[0-9a-f]{16}$/)
    expect(before.base).not.toBe(before.web)
    expect(() => imageFingerprint(fleetAfter(), 'nobody', read)).toThrow('no image nobody')
  })

  it.each([
    ['steps', ['web'], [['install {{ Version }}', 'install --force {{ Version }}']]],
    ['a parameter', ['web'], [["Version: '1.10'", "Version: '1.11'"]]],
    ['the order of components', ['base'], [['[patch, agent]', '[agent, patch]']]],
    ['a shared component', ['base'], [['agent-linux/x.x.x', 'agent-linux/1.x.x']]],
    ['volumes', ['web'], [['timeout: 90m', 'volumes: [{ device: /dev/xvda, size: 40 }]']]],
    ['tags', ['web'], [['timeout: 90m', 'tags: { team: web }']]],
  ] as [string, string[], [string, string][]][])('changes with %s', (_, images, edits) => {
    const after = imageFingerprints(fleetAfter(...edits), read)
    expect(Object.keys(before).filter((image) => before[image] !== after[image])).toEqual(images)
  })

  it("changes with a component's file", () => {
    const after = imageFingerprints(fleetAfter(), (path) => `${read(path)}# changed\n`)
    expect(Object.keys(before).filter((image) => before[image] !== after[image])).toEqual(['base'])
  })

  it.each([
    ['what does not go into the AMI', [web]],
    ['a description', [['parent: base', 'parent: base\n    description: The web']]],
    [
      'another parent',
      [
        ['parent: base', 'parent: linux-soe\n    rings: [own]'],
        ['rings:\n', "rings:\n  own: { accounts: ['111122223333'], regions: [us-west-2] }\n"],
      ],
    ],
    ['the rings', [['timeout: 90m', 'rings: [early]']]],
    ['what is said by default', [['[patch, agent]', '[{ component: patch }, agent]']]],
  ] as [string, [string, string][]][])('does not change with %s', (_, edits) =>
    expect(imageFingerprints(fleetAfter(...edits), read)).toEqual(before),
  )

  it('does not mind the order of tags', () => {
    const tagged = (tags: string) => imageFingerprint(fleetAfter(['timeout: 90m', `tags: ${tags}`]), 'web', read)
    expect(tagged('{ a: x, b: y }')).toBe(tagged('{ b: y, a: x }'))
  })
})
