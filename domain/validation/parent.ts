import { ebsProblems } from '../fleet/ebs.ts'
import { upstreamOf } from '../fleet/graph.ts'
import type { Fleet } from '../fleet/model.ts'
import { rootDevices } from '../fleet/root-device.ts'
import { leavesAccount, rootVolumeOf, volumesOf } from '../fleet/volumes.ts'

/**
 * Whether an image can be baked on an AMI: every volume of it ends encrypted with a key that the rings can use, and everything that
 * the image says fits what the AMI is. Asked before a bake, which takes an hour.
 */

/** What EC2 says of an AMI that is to be a parent. */
export interface ParentFacts {
  ami: string
  ownerId: string
  state: string
  architecture: string
  /** Absent where the AMI was registered without one. */
  bootMode?: string | undefined
  rootDevice: string
  /** `ebs` or `instance-store`. */
  rootType: string
  /** The EBS volumes; an instance store keeps nothing that a new AMI could have. */
  volumes: ParentVolume[]
  /** By id, those that the image names and that are there. */
  snapshots: Record<string, { sizeGiB: number }>
  /** How the build account encrypts what nobody names a key for. */
  defaults: { encrypts: boolean; key: KeyKind }
}

export interface ParentVolume {
  device: string
  sizeGiB: number
  encrypted: boolean
  /** Of an encrypted one of the build account: only the owner of a snapshot sees its key. */
  key?: KeyKind | undefined
}

/** Who manages a key: no other account can use one of AWS's. */
export type KeyKind = 'aws' | 'customer'

/** A volume as a recipe names it. */
export interface NamedVolume {
  device: string
  /** GiB. */
  size?: number
  type?: 'gp3' | 'gp2' | 'io1' | 'io2' | 'st1' | 'sc1' | 'standard'
  snapshot?: string
  omit?: true
  /** With a key that it names, which AWS may manage; with the account's default key; or as the parent's volume is. */
  encryption: 'key' | 'key of AWS' | 'default' | 'inherited'
}

/** What an image wants of its parent. */
export interface WantedParent {
  image: string
  /** The upstream or the image that it is baked on. */
  parent: string
  /** The upstream at the root of its tree. */
  upstream: string
  /** Of a pipeline that was there before, those that its recipe names. */
  volumes: NamedVolume[]
  adopted: boolean
  /** What its recipe takes for the root. */
  rootDevice?: string
  /** Whether a ring may have another account than the build account. */
  leaves: boolean
  /** Whether its check demands every volume encrypted. */
  encrypted: boolean
  architecture: string
  bootMode?: string
}

export function wantedParent(fleet: Fleet, name: string): WantedParent {
  const image = fleet.images[name]
  if (!image) throw new Error(`the fleet has no image ${name}`)
  const { mode, encrypted, architecture, bootMode } = image.checks.ami
  const isDemanded = mode === 'required'
  const rootDevice = rootVolumeOf(fleet, name)?.device
  return {
    image: name,
    parent: image.parent,
    upstream: upstreamOf(fleet, name),
    volumes: image.pipeline ? [] : namedVolumes(fleet, name),
    adopted: image.pipeline !== undefined,
    ...(rootDevice && { rootDevice }),
    leaves: leavesAccount(fleet, image),
    encrypted: isDemanded && encrypted,
    architecture,
    ...(isDemanded && bootMode && { bootMode }),
  }
}

const namedVolumes = (fleet: Fleet, image: string): NamedVolume[] =>
  volumesOf(fleet, image).map(({ device, size, type, snapshot, omit }) => ({
    device,
    ...(size !== undefined && { size }),
    ...(type && { type }),
    ...(snapshot && { snapshot }),
    ...(omit && { omit }),
    encryption: 'key',
  }))

/** Why the image cannot be baked on this AMI, each with what to do; none where it can. */
export function judgeParent(facts: ParentFacts, wanted: WantedParent): string[] {
  const { state, rootType } = facts
  if (state !== 'available') return [`it is ${state}, so nothing can be launched from it`]
  if (rootType !== 'ebs')
    return ['its root is on an instance store, which Image Builder makes no AMI of: ask its owner for one on EBS']
  const another = anotherRoot(facts, wanted)
  if (another.length > 0) return another
  return [...attributes(facts, wanted), ...namedFindings(facts, wanted), ...unnamedFindings(facts, wanted)]
}

/** All else follows from it. */
const anotherRoot = ({ rootDevice }: ParentFacts, wanted: WantedParent): string[] =>
  wanted.rootDevice === undefined || wanted.rootDevice === rootDevice
    ? []
    : [
        `its root device is ${rootDevice}, and the recipe of ${wanted.image} calls it ${wanted.rootDevice}, which would be a second volume: ` +
          `write rootDevice: ${rootDevice} in upstreams.${wanted.upstream}, and what it is as root in ${written(wanted)}`,
      ]

function attributes(facts: ParentFacts, wanted: WantedParent): string[] {
  const found: string[] = []
  if (facts.architecture !== wanted.architecture)
    found.push(
      `it is ${facts.architecture}, and the instances of ${wanted.image} are ${wanted.architecture}: correct the architecture of upstreams.${wanted.upstream}`,
    )
  if (wanted.bootMode !== undefined && facts.bootMode !== wanted.bootMode)
    found.push(
      `its boot mode is ${facts.bootMode ?? 'not set'}, which no bake changes, and images.${wanted.image}.checks.ami.bootMode demands ${wanted.bootMode}: correct one of them`,
    )
  return found
}

/** Where volumes are written: `images.web`. */
const written = ({ image, adopted }: WantedParent) =>
  adopted ? `the blockDeviceMappings of the recipe of ${image}` : `images.${image}`

/** The volumes that the recipe names, against those that are there. */
function namedFindings(facts: ParentFacts, wanted: WantedParent): string[] {
  const { rootDevice, volumes } = facts
  const { volumes: named, adopted } = wanted
  return named.flatMap((volume) => {
    const { device, size, snapshot, omit } = volume
    const there = volumes.find((each) => each.device === device)
    if (omit)
      return there
        ? []
        : [`it has no volume ${device} that ${written(wanted)} could omit: take that out of its volumes`]
    if (!adopted && !there && (rootDevices as readonly string[]).includes(device))
      return [
        `its root device is ${rootDevice}, and ${device} of ${wanted.image} would be a second root: write root in ${written(wanted)} in place of that volume`,
      ]
    const origin = snapshot === undefined ? undefined : facts.snapshots[snapshot]
    if (snapshot !== undefined && !origin)
      return [`there is no snapshot ${snapshot} for the volume ${device} of ${wanted.image}: correct it in its volumes`]
    const least = origin?.sizeGiB ?? there?.sizeGiB
    if (size === undefined && least === undefined)
      return [`it has no volume ${device}, so the one of ${wanted.image} is a new one: give it a size`]
    if (size !== undefined && least !== undefined && size < least)
      return [
        `${device} has ${least} GiB in ${snapshot ?? 'it'}, and EC2 makes no volume smaller: write size: ${least}, or more, for it in ${written(wanted)}`,
      ]
    return size === undefined
      ? ebsProblems({ type: volume.type, size: least }, device === rootDevice)
          .filter(({ key }) => key === 'size')
          .map(
            ({ expected }) =>
              `${device} has ${least} GiB, and EC2 expects ${expected}: give it a size in ${written(wanted)}`,
          )
      : []
  })
}

/** What becomes of the volumes that the recipe names no key for. */
function unnamedFindings(facts: ParentFacts, wanted: WantedParent): string[] {
  const named = new Map(wanted.volumes.map((volume) => [volume.device, volume]))
  const inherited = facts.volumes.filter(({ device }) => !named.has(device))
  const added = [...named.values()].filter(({ device }) => !facts.volumes.some((each) => each.device === device))
  const all = [
    ...inherited.map((volume) => ({ volume, encryption: 'inherited' as const })),
    ...facts.volumes.flatMap((volume) => {
      const own = named.get(volume.device)
      return own && !own.omit ? [{ volume, encryption: own.encryption }] : []
    }),
    ...added
      .filter(({ omit }) => !omit)
      .map(({ device, size = 0, encryption }) => ({
        volume: { device, sizeGiB: size, encrypted: false },
        encryption,
      })),
  ]
  return all.flatMap(({ volume, encryption }) => {
    const key = keyAfter(volume, encryption, facts)
    const { device, sizeGiB } = volume
    const what = `its volume ${device} (${sizeGiB} GiB)`
    if (key === undefined && wanted.encrypted)
      return [`${what} is not encrypted, and stays so: ${toEncrypt(device, wanted, facts)}`]
    if (key === 'aws' && wanted.leaves)
      return [
        `${what} is encrypted with a key that AWS manages, alias/aws/ebs, in the AMI of ${wanted.image}, which then reaches no other account: ${toEncrypt(device, wanted, facts)}`,
      ]
    return []
  })
}

/**
 * The kind of key of a volume that is launched from the AMI; undefined where it is not encrypted.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html
 */
function keyAfter(
  { encrypted, key }: ParentVolume,
  encryption: NamedVolume['encryption'],
  { defaults }: ParentFacts,
): KeyKind | undefined {
  if (encryption === 'key') return 'customer'
  if (encryption === 'key of AWS') return 'aws'
  // "An encrypted snapshot that you own is restored to a volume that is encrypted to the same KMS key", one "that you do not own
  // ... by your AWS account's default KMS key".
  if (encrypted) return key ?? defaults.key
  return encryption === 'default' || defaults.encrypts ? defaults.key : undefined
}

function toEncrypt(device: string, wanted: WantedParent, { rootDevice }: ParentFacts): string {
  if (wanted.adopted) return `give ${device} a kmsKeyId in ${written(wanted)}`
  if (device === rootDevice)
    return `write rootDevice: ${device} in upstreams.${wanted.upstream}, and root: {} in ${written(wanted)}`
  return (
    `add { device: ${device} } to ${written(wanted)}.volumes, which encrypts it with the fleet's key, ` +
    `or { device: ${device}, omit: true }, which leaves it out`
  )
}

/** The snapshots that volumes are to be made from. */
export const snapshotsIn = (volumes: readonly NamedVolume[]): string[] =>
  volumes.flatMap(({ snapshot }) => snapshot ?? [])

/** What the AMI of the image will be, as a parent of the next: an AMI of the build account, of an image that can be baked. */
export function madeOn(facts: ParentFacts, { image, volumes: named }: WantedParent, account: string): ParentFacts {
  const devices = new Map<string, ParentVolume>()
  for (const volume of facts.volumes) {
    const key = keyAfter(volume, 'inherited', facts)
    devices.set(volume.device, { ...volume, encrypted: key !== undefined, key })
  }
  for (const { device, size, snapshot, omit, encryption } of named) {
    const there = devices.get(device)
    if (omit) {
      devices.delete(device)
      continue
    }
    const from = snapshot === undefined ? there : facts.snapshots[snapshot]
    const sizeGiB = size ?? from?.sizeGiB ?? 0
    const before = facts.volumes.find((volume) => volume.device === device)
    const key = keyAfter(before ?? { device, sizeGiB, encrypted: false }, encryption, facts)
    devices.set(device, { device, sizeGiB, encrypted: key !== undefined, key })
  }
  return { ...facts, ami: `the AMI of ${image}`, ownerId: account, volumes: [...devices.values()] }
}

/** One sentence of all findings. */
export const parentText = (ami: string, { parent }: WantedParent, findings: readonly string[]): string =>
  `${ami}, the AMI of ${parent}: ${findings.join('; ')}. Nothing was baked`
