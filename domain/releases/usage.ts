import type { Fleet } from '../fleet/model.ts'
import { channelParameter, channels, pointerName, targetParameter } from '../names.ts'
import { placeOf, type Target } from '../planning/ring-order.ts'

/** What may use an AMI. */
export const useKinds = ['channel', 'launch-template', 'auto-scaling-group', 'instance'] as const
export type UseKind = (typeof useKinds)[number]

/** Something that uses an AMI: what it is, and where. */
export interface Use extends Target {
  kind: UseKind
  /** The parameter's or the group's name, the template's name and version, the instance's id. */
  name: string
}

/** By AMI. */
export type Uses = ReadonlyMap<string, readonly Use[]>

/** Every parameter that points to an AMI of these images in a place: those of the rings, and the build account's own. */
export function pointersIn(
  { name: fleet, build, rings }: Fleet,
  images: readonly string[],
  { account, region }: Target,
): string[] {
  const isBuild = account === build.account
  const own =
    isBuild && region === build.region
      ? images.flatMap((image) => channels.map((channel) => pointerName(fleet, image, channel)))
      : []
  const ofRings = Object.entries(rings).flatMap(([name, ring]) =>
    ring.regions.includes(region) && (!isBuild || ring.accounts.includes(account))
      ? images.map((image) => targetParameter(ring.parameter, { fleet, image, ring: name }))
      : [],
  )
  return [
    ...own,
    ...[...new Set(ofRings)].flatMap((name) => [name, ...channels.map((channel) => channelParameter(name, channel))]),
  ]
}

const words: Record<UseKind, string> = {
  channel: 'channel',
  'launch-template': 'launch template',
  'auto-scaling-group': 'Auto Scaling group',
  instance: 'instance',
}

const most = 5

/** `222233334444 us-east-1: launch template web (version 3), instance i-0a; ...`: the first few of each place. */
export const usesText = (uses: readonly Use[]): string =>
  [...Map.groupBy(uses, placeOf)]
    .map(([place, some]) => {
      const reported = some.slice(0, most).map(({ kind, name }) => `${words[kind]} ${name}`)
      return `${place}: ${reported.join(', ')}${some.length > most ? ` and ${some.length - most} more` : ''}`
    })
    .join('; ')
