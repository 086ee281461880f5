import type { Fleet } from '../fleet/model.ts'
import { type Channel, channelParameter, channels, pointerName, targetParameter } from '../names.ts'
import { placeOf, type Target } from '../planning/ring-order.ts'
import type { PointerNames } from './channels.ts'

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
    isBuild && region === build.region ? images.flatMap((image) => Object.values(ownPointers(fleet, image))) : []
  const ofRings = images.flatMap((image) => ringPointers({ name: fleet, build, rings }, image, { account, region }))
  return [...new Set([...own, ...ofRings.flatMap((names) => Object.values(names))])]
}

const channelsBelow = (nameOf: (channel: Channel) => string) =>
  Object.fromEntries(channels.map((channel) => [channel, nameOf(channel)])) as Record<Channel, string>

/** The build account's own channels of an image. */
export const ownPointers = (fleet: string, image: string): PointerNames =>
  channelsBelow((channel) => pointerName(fleet, image, channel))

/** The parameters of an image in a target, by the rings that may reach it. Rings may share one. */
export function ringPointers(
  { name: fleet, build, rings }: Pick<Fleet, 'name' | 'build' | 'rings'>,
  image: string,
  { account, region }: Target,
): (PointerNames & { parameter: string })[] {
  const parameters = Object.entries(rings).flatMap(([name, ring]) =>
    ring.regions.includes(region) && (account !== build.account || ring.accounts.includes(account))
      ? [targetParameter(ring.parameter, { fleet, image, ring: name })]
      : [],
  )
  return [...new Set(parameters)].map((parameter) => ({
    parameter,
    ...channelsBelow((channel) => channelParameter(parameter, channel)),
  }))
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
