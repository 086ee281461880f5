import { upstreamOf } from '../../domain/fleet/graph.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { duration } from './duration.ts'
import type { Layout } from './layout.ts'
import { type Cell, type Column, table } from './table.ts'
import { count, list, unpainted } from './text.ts'
import { tree } from './tree.ts'

/** What a fleet is, in a few lines: its images as a tree, its rings, its counts. */
export function fleetLines(
  fleet: Fleet,
  file: string,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const images = Object.keys(fleet.images)
  const totals = [
    count(images.length, 'image'),
    count(Object.keys(fleet.upstreams).length, 'upstream'),
    count(Object.keys(fleet.components).length, 'component'),
    count(Object.keys(fleet.rings).length, 'ring'),
  ]
  return [
    `${paint('green', '✔')} ${file} is valid: ${paint('bold', fleet.name)} has ${list(totals)}.`,
    `  Baked in account ${fleet.build.account}, ${fleet.build.region}; ${count(fleet.concurrentBakes, 'bake')} at once.`,
    '',
    ...table(imageColumns, imageRows(fleet), { width, paint }),
    '',
    ...table(ringColumns, ringRows(fleet), { width, paint }),
  ]
}

const imageColumns: Column[] = [
  { title: 'IMAGE' },
  { title: 'COMPONENTS', align: 'right' },
  { title: 'BAKE', align: 'right' },
  { title: 'RINGS', shrinks: true },
]

const dim = (text: string): Cell => ({ text, style: 'dim' })

function imageRows(fleet: Fleet): Cell[][] {
  const upstreams = Object.entries(fleet.upstreams).map(([name, upstream]) => ({
    name,
    parent: '',
    item: { name, cells: ['', '', dim(`from AMIs ${upstream.ami.name} of ${upstream.ami.owner}`)] },
  }))
  const images = Object.entries(fleet.images).map(([name, image]) => ({
    name,
    parent: image.parent,
    item: {
      name,
      cells: [String(image.components.length), duration(image.estimate), image.rings.join(' → ')],
    },
  }))
  const used = new Set(Object.keys(fleet.images).map((image) => upstreamOf(fleet, image)))
  const nodes = [...upstreams.filter(({ name }) => used.has(name)), ...images]
  const unused = upstreams.filter(({ name }) => !used.has(name))
  const rows = tree(nodes).map(({ lead, item }) => [lead + item.name, ...item.cells])
  return [...rows, ...unused.map(({ name }) => [name, '', '', dim('no image descends from it')])]
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
