import type { Channel } from '../../domain/names.ts'
import type { ImageRelease, Placement } from '../../domain/releases/image-release.ts'
import { placesOf } from '../../domain/releases/lineage.ts'
import type { Layout } from '../render/layout.ts'
import { releaseStatusText, whereOf } from '../render/releases.ts'
import { type Cell, type Column, table } from '../render/table.ts'
import { count, oneLine, unpainted, wrap } from '../render/text.ts'
import { type Node, tree } from '../render/tree.ts'

/** Where something comes from, and what comes from it. */
export interface Lineage {
  /** The upstream's AMI that it all comes from, with what is known of it. */
  upstream: { ami: string; amiName?: string; upstream?: string }
  /** None where it was asked for the upstream's AMI itself. */
  release?: ImageRelease
  /** The copy of the release that it was asked by. */
  place?: Placement & { ring: string }
  /** The nearest parent first. */
  ancestors: ImageRelease[]
  descendants: ImageRelease[]
  /** How many descendants are older than what is current, and left out. */
  older: number
  /** What points to each of them, by AMI. */
  channels: Record<string, Channel[]>
}

const columns: Column[] = [{ title: 'RELEASE' }, { title: 'AMI' }, { title: 'NOW' }, { title: 'WHERE', shrinks: true }]
const placeColumns: Column[] = [
  { title: 'RING' },
  { title: 'ACCOUNT' },
  { title: 'REGION' },
  { title: 'AMI' },
  { title: 'RELEASE', shrinks: true },
]
/** The others are with --json. */
const most = 40

/** One tree from the upstream's AMI down to what was baked from it last, and every target that has any of it. */
export function lineageLines(
  lineage: Lineage,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const { release, descendants, older } = lineage
  const below = release ? [release, ...descendants] : descendants
  const places = below.flatMap((each) =>
    placesOf(each).map(({ ring, account, region, ami }) => [ring, account, region, ami, nameOf(each)]),
  )
  const hidden = places.length - most
  return [
    ...wrap(headline(lineage), width),
    '',
    ...table(columns, rowsOf(lineage), { width, paint }),
    ...(older > 0 ? ['', paint('dim', `… and ${count(older, 'older release')}: --all shows them`)] : []),
    ...(places.length > 0
      ? ['', paint('bold', 'Where it is'), ...table(placeColumns, places.slice(0, most), { width, paint })]
      : []),
    ...(hidden > 0 ? [paint('dim', `and ${count(hidden, 'more', 'more')}, which --json lists`)] : []),
  ]
}

const nameOf = ({ image, version }: ImageRelease) => `${image} ${version}`

function headline({ release, place, upstream, descendants, older }: Lineage): string {
  const found = descendants.length + older
  const baked = found === 0 ? 'nothing was baked from it' : `${count(found, 'release')} came of it`
  if (!release) return `${upstream.ami} is an AMI of an upstream: ${baked}.`
  const copy = place && `${place.ami}, in ${place.account} ${place.region} for ring ${place.ring}, is `
  return `${copy ?? ''}${nameOf(release)} (${release.ami}): ${baked}.`
}

interface Row {
  name: string
  ami: string
  release?: ImageRelease
  isAsked: boolean
}

function rowsOf({ upstream, release, ancestors, descendants, channels }: Lineage): Cell[][] {
  const shown = [...ancestors, ...(release ? [release] : []), ...descendants]
  const root = upstream.amiName ? oneLine(upstream.amiName) : `AMI of ${upstream.upstream ?? 'an upstream'}`
  const nodes: Node<Row>[] = [
    { name: upstream.ami, parent: '', item: { name: root, ami: upstream.ami, isAsked: !release } },
    ...shown.map((each) => ({
      name: each.ami,
      parent: each.parentAmi,
      item: { name: nameOf(each), ami: each.ami, release: each, isAsked: each === release },
    })),
  ]
  return tree(nodes).map(({ lead, item }) => rowOf(lead, item, channels))
}

function rowOf(lead: string, { name, ami, release, isAsked }: Row, channels: Lineage['channels']): Cell[] {
  const first: Cell = isAsked ? { text: lead + name, style: 'bold' } : lead + name
  if (!release) return [first, ami, 'upstream', '']
  const { text, style } = releaseStatusText(release, channels[ami])
  return [first, ami, { text, style }, whereOf(release)]
}
