import { upstreamOf } from '../../domain/fleet/graph.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { sourceIn } from '../../domain/upstream-kinds.ts'
import { cveLine, timingLines } from '../plan/timing.ts'
import { duration } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { type Cell, type Column, table } from '../render/table.ts'
import { count, list, unpainted, wrap } from '../render/text.ts'
import { tree } from '../render/tree.ts'
import { describeUpstream } from '../upstream-kinds.ts'

/**
 * What a fleet is: where its images come from, the images as a tree, where they go, and what happens when.
 * @param now ISO 8601: what comes next, comes after it
 */
export function fleetLines(
  fleet: Fleet,
  file: string,
  now: string,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const layout = { width, paint }
  const facts = [
    `Baked in account ${fleet.build.account}, ${fleet.build.region}; ${count(fleet.concurrentBakes, 'bake')} at once.`,
    `Every ${duration(fleet.poll)} each upstream is looked at, and each image held against what it should be.`,
    cveLine(fleet),
  ]
  const sections = [
    table(upstreamColumns, upstreamRows(fleet), layout),
    table(imageColumns, imageRows(fleet), layout),
    table(ringColumns, ringRows(fleet), layout),
    ...timingLines(fleet, new Date(now), layout),
  ]
  const headline = `${paint('green', '✔')} ${file} is valid: ${paint('bold', fleet.name)} has ${list(totals(fleet))}.`
  return [
    ...wrap(headline, width, '  '),
    ...facts.flatMap((fact) => (fact ? wrap(`  ${fact}`, width) : [])),
    ...sections.filter((section) => section.length > 0).flatMap((section) => ['', ...section]),
  ]
}

function totals({ images, upstreams, components, rings, patchCycles, freezes }: Fleet): string[] {
  const size = (part: object) => Object.keys(part).length
  return [
    count(size(images), 'image'),
    count(size(upstreams), 'upstream'),
    count(size(components), 'component'),
    count(size(rings), 'ring'),
    ...(size(patchCycles) > 0 ? [count(size(patchCycles), 'patch cycle')] : []),
    ...(size(freezes) > 0 ? [count(size(freezes), 'freeze')] : []),
  ]
}

const upstreamColumns: Column[] = [
  { title: 'UPSTREAM' },
  { title: 'KIND' },
  { title: 'FROM', shrinks: true },
  { title: 'NOTICED BY' },
]

const upstreamRows = (fleet: Fleet): Cell[][] =>
  Object.keys(fleet.upstreams).map((name) => {
    const source = sourceIn(fleet, name)
    const { from, noticedBy } = describeUpstream(source)
    return [name, source.kind, from, noticedBy.join(', ')]
  })

const imageColumns: Column[] = [
  { title: 'IMAGE' },
  { title: 'COMPONENTS', align: 'right' },
  { title: 'BAKE', align: 'right' },
  { title: 'RINGS', shrinks: true },
]

const dim = (text: string): Cell => ({ text, style: 'dim' })

function imageRows(fleet: Fleet): Cell[][] {
  const used = new Set(Object.keys(fleet.images).map((image) => upstreamOf(fleet, image)))
  const upstreams = Object.keys(fleet.upstreams).map((name) => ({
    name,
    parent: '',
    item: { name, cells: ['', '', used.has(name) ? '' : dim('no image descends from it')] },
  }))
  const images = Object.entries(fleet.images).map(([name, image]) => ({
    name,
    parent: image.parent,
    item: {
      name,
      // What is in it and how long it takes, the pipeline knows that was there before.
      cells: image.pipeline
        ? [dim('pipeline'), '', image.rings.join(' → ')]
        : [String(image.components.length), duration(image.estimate), image.rings.join(' → ')],
    },
  }))
  return tree([...upstreams, ...images]).map(({ lead, item }) => [lead + item.name, ...item.cells])
}

const ringColumns: Column[] = [
  { title: 'RING' },
  { title: 'TARGETS' },
  { title: 'SOAK', align: 'right' },
  { title: 'PARAMETER', shrinks: true },
]

const ringRows = (fleet: Fleet) =>
  Object.entries(fleet.rings).map(([name, ring]) => [
    name,
    `${count(ring.accounts.length, 'account')} × ${count(ring.regions.length, 'region')}`,
    ring.soak > 0 ? duration(ring.soak) : '',
    ring.parameter,
  ])
