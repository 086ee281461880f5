import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { depth } from '../../../domain/fleet/graph.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { exampleFleet, readBesideExample } from '../../support/fleets.ts'

describe('the example fleet', () => {
  const fleet = exampleFleet()

  it('has a dozen images, three deep, for three accounts in two rings', () => {
    const images = Object.keys(fleet.images)
    expect(images).toHaveLength(12)
    expect(Math.max(...images.map((image) => depth(fleet, image)))).toBe(2)
    expect(Object.values(fleet.rings).flatMap(({ accounts }) => accounts)).toHaveLength(3)
    expect(Object.keys(fleet.rings)).toEqual(['early', 'everyone'])
  })

  it('uses every component that it has, and every file in components/', () => {
    const used = new Set(Object.values(fleet.images).flatMap((image) => image.components.map((use) => use.component)))
    expect([...used].toSorted()).toEqual(Object.keys(fleet.components).toSorted())
    const named = Object.values(fleet.components).flatMap((component) => ('file' in component ? [component.file] : []))
    const scripts = Object.values(fleet.images).flatMap(({ checks }) => checks.smoke?.script ?? [])
    expect([...named, ...scripts].toSorted()).toEqual(
      readdirSync('examples/golden/components').map((name) => `components/${name}`),
    )
  })
})

const events = readdirSync('events').map((file) => [file, JSON.parse(readFileSync(`events/${file}`, 'utf8'))] as const)

describe('the events', () => {
  const fleet = exampleFleet()

  it.each(events)('%s has the envelope of EventBridge', (file, event) => {
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
    expect(event.version).toBe('0')
    const [source = ''] = file.split('.')
    expect(event.source).toBe(source === 'soe' ? 'soe' : `aws.${source}`)
    expect(event.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(event.region).toBe(fleet.build.region)
  })

  it.each(events.filter(([file]) => file.startsWith('ec2.')))('%s is about a release of al2023-soe', (file, event) => {
    expect(event.account).toBe(fleet.upstreams['al2023-soe']?.ami?.owner)
    expect(event.resources).toEqual([`arn:aws:ec2:us-west-2::image/${event.detail.ImageId}`])
    expect(file).toBe(`ec2.ami-${event.detail.State}.json`)
  })

  it.each(events.filter(([file]) => file.startsWith('imagebuilder.image-')))(
    '%s is about an image of the fleet',
    (file, event) => {
      expect(file).toBe(`imagebuilder.image-${event.detail.state.status.toLowerCase()}.json`)
      expect(event.account).toBe(fleet.build.account)
      const [, name = ''] = /:image\/golden-([a-z0-9-]+)\/1\.0\.0\/1$/.exec(event.resources[0]) ?? []
      expect(fleet.images).toHaveProperty(name)
    },
  )
})

it('docs/fleet.md shows a fleet, section by section', () => {
  const blocks = readFileSync('docs/fleet.md', 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms)
  const text = [...blocks].map(([, block]) => block).join('')
  const fleet = parseFleet(text, 'docs/fleet.md', readBesideExample)
  expect(Object.keys(fleet.images)).toEqual(['payments-api', 'billing'])
  expect(fleet.images['payments-api']?.checks.ami.maxRootSize).toBe(40)
})
