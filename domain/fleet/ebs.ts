/**
 * What EBS takes of a volume of each type, as far as Image Builder lets it through: its sizes end at 16,000 GiB, its IOPS at
 * 64,000 and its throughput at 1,000 MiB/s.
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_EbsInstanceBlockDeviceSpecification.html
 */
interface VolumeType {
  /** GiB, both included. */
  size: readonly [least: number, most: number]
  /** Absent where none can be set. `free` of them need no size; `needed` where EBS has no default. */
  iops?: { least: number; most: number; perGiB: number; free: number; needed: boolean }
  /** MiB/s; absent where none can be set. */
  throughput?: { least: number; most: number; perIops: number; free: number }
  /** Whether an instance boots from it. */
  boots: boolean
}

const hdd: VolumeType = { size: [125, 16_000], boots: false }

const ebs = {
  // "3,000 IOPS ... at a ratio of 500 IOPS per GiB", "125 MiB/s ... at a ratio of 0.25 MiB/s per provisioned IOPS":
  // https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
  gp3: {
    size: [1, 16_000],
    iops: { least: 3_000, most: 64_000, perGiB: 500, free: 3_000, needed: false },
    throughput: { least: 125, most: 1_000, perIops: 0.25, free: 125 },
    boots: true,
  },
  gp2: { size: [1, 16_000], boots: true },
  // https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html. "This parameter is required for io1 and io2
  // volumes": https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html
  io1: {
    size: [4, 16_000],
    iops: { least: 100, most: 64_000, perGiB: 50, free: 100, needed: true },
    boots: true,
  },
  io2: {
    size: [4, 16_000],
    iops: { least: 100, most: 64_000, perGiB: 1_000, free: 100, needed: true },
    boots: true,
  },
  st1: hdd,
  sc1: hdd,
  // "they can range in size from 1 GiB to 1 TiB"
  standard: { size: [1, 1_024], boots: true },
} satisfies Record<string, VolumeType>

type TypeName = keyof typeof ebs

export const volumeTypes = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const satisfies TypeName[]

interface AskedVolume {
  /** Undefined where the parent's stays; then the others cannot all be judged. */
  type?: TypeName | undefined
  /** GiB; undefined where it is not known. */
  size?: number | undefined
  iops?: number | undefined
  throughput?: number | undefined
}

/** What EBS does not take of a volume: by the key that says it, and what was expected of it. */
export interface EbsProblem {
  key: 'type' | 'size' | 'iops' | 'throughput'
  /** Completes "expected ...". */
  expected: string
}

const number = (value: number) => value.toLocaleString('en-US')

/** Everything that EBS does not take of a volume. */
export function ebsProblems({ type, size, iops, throughput }: AskedVolume, isRoot: boolean): EbsProblem[] {
  if (type === undefined) {
    const needsType = 'needs a type beside it: what a volume takes depends on that'
    return [
      iops === undefined ? [] : [{ key: 'iops' as const, expected: `no iops alone, which ${needsType}` }],
      throughput === undefined
        ? []
        : [{ key: 'throughput' as const, expected: `no throughput alone, which ${needsType}` }],
    ].flat()
  }
  const of: VolumeType = ebs[type]
  const found: EbsProblem[] = []
  const add = (key: EbsProblem['key'], expected: string) => found.push({ key, expected })
  const [least, most] = of.size
  if (isRoot && !of.boots) add('type', `a type that boots: no instance starts from type ${type}`)
  if (size !== undefined && (size < least || size > most))
    add('size', `${number(least)} to ${number(most)} GiB of type ${type}`)
  if (iops === undefined && of.iops?.needed) add('type', `iops beside it: type ${type} has none by itself`)
  if (iops !== undefined && !of.iops) add('iops', `no iops: type ${type} has none to set`)
  if (iops !== undefined && of.iops) {
    const { least: fewest, most: limit, perGiB, free } = of.iops
    const bySize = size === undefined ? limit : Math.min(limit, Math.max(free, perGiB * size))
    if (iops < fewest || iops > limit) add('iops', `${number(fewest)} to ${number(limit)} of type ${type}`)
    else if (iops > bySize)
      add('iops', `${number(bySize)} at most of type ${type} with ${size} GiB, ${number(perGiB)} for each`)
  }
  if (throughput !== undefined && !of.throughput) add('throughput', `no throughput: only type gp3 has one to set`)
  if (throughput !== undefined && of.throughput) {
    const { perIops, free } = of.throughput
    const has = iops ?? of.iops?.free ?? 0
    const byIops = Math.max(free, perIops * has)
    if (throughput > byIops)
      add('throughput', `${number(byIops)} MiB/s at most with ${number(has)} iops, ${perIops} for each`)
  }
  return found
}
