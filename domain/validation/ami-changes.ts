import type { AmiFacts } from './ami.ts'
import type { CheckResult } from './evidence.ts'

/** An earlier release: without facts its AMI is gone. */
export interface PreviousAmi {
  version: string
  ami: string
  facts?: AmiFacts | undefined
}

/** Keys that Image Builder, AWS and Rebake put there: they come and go with what those do. */
const notTheTeams = /^((aws|rebake):|(CreatedBy|Ec2ImageBuilderArn|Name)$)/

const sizeOf = ({ volumes }: AmiFacts) => volumes.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0)

/** What moved since the previous release and must not. Without one there is nothing to compare with, and it says so. */
export function compareAmi(
  now: AmiFacts,
  previous: PreviousAmi | undefined,
  { maxGrowth }: { maxGrowth?: number | undefined },
): CheckResult[] {
  if (!previous?.facts) return [{ check: 'comparison', passed: true, detail: `nothing is compared: ${why(previous)}` }]
  const { version, facts: before } = previous
  const unmoved = (check: string, was: string, is: string): CheckResult => ({
    check,
    passed: was === is,
    detail: was === is ? `${is}, as in ${version}` : `expected ${was} as in ${version}, found ${is}`,
  })
  const dropped = Object.keys(before.tags)
    .filter((key) => !notTheTeams.test(key) && !(key in now.tags))
    .sort()
  const grown = sizeOf(now) - sizeOf(before)
  return [
    unmoved('same architecture', before.architecture, now.architecture),
    unmoved('same boot mode', before.bootMode ?? 'none set', now.bootMode ?? 'none set'),
    {
      check: 'kept tags',
      passed: dropped.length === 0,
      detail:
        dropped.length > 0
          ? `expected the tags of ${version}, found no ${dropped.join(', ')}`
          : `all those of ${version}`,
    },
    ...(maxGrowth === undefined ? [] : [checkGrowth(grown, maxGrowth, version)]),
  ]
}

const why = (previous: PreviousAmi | undefined) =>
  previous
    ? `${previous.ami}, the AMI of the previous release ${previous.version}, is gone`
    : 'there is no previous release'

const checkGrowth = (grown: number, most: number, version: string): CheckResult => {
  const moved = `${grown} GiB more than ${version}`
  return {
    check: 'growth',
    passed: grown <= most,
    detail: grown <= most ? moved : `expected ${most} GiB at most, found ${moved}`,
  }
}
