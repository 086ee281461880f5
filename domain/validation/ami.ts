import type { Checks } from '../fleet/checks.ts'
import type { CheckResult } from './evidence.ts'

/** What DescribeImages says of a baked AMI, as far as the checks look at it. */
export interface AmiFacts {
  ami: string
  state: string
  ownerId: string
  public: boolean
  architecture: string
  /** Absent where the AMI was registered without one: then the instance type decides. */
  bootMode?: string | undefined
  /** `v2.0` where instances demand IMDSv2 by default. */
  imdsSupport?: string | undefined
  sourceAmi?: string | undefined
  rootDevice?: string | undefined
  volumes: { device: string; sizeGiB: number; encrypted: boolean }[]
  tags: Record<string, string>
}

export interface Expected {
  checks: Omit<Checks['ami'], 'mode' | 'architecture'> & { architecture: string; rootDevice?: string }
  buildAccount: string
  parentAmi: string
}

const result = (check: string, passed: boolean, expected: string, found: string): CheckResult => ({
  check,
  passed,
  detail: passed ? found : `expected ${expected}, found ${found}`,
})

/** Every check of the AMI's own attributes, passed or not: the results are the evidence. */
export function checkAmi(facts: AmiFacts, { checks, buildAccount, parentAmi }: Expected): CheckResult[] {
  const root = facts.volumes.find(({ device }) => device === facts.rootDevice)
  const plain = facts.volumes.filter(({ encrypted }) => !encrypted).map(({ device }) => device)
  const missingTags = checks.tags.filter((key) => !(key in facts.tags))
  const results = [
    result('state', facts.state === 'available', 'available', facts.state),
    result('owner', facts.ownerId === buildAccount, `account ${buildAccount}`, `account ${facts.ownerId}`),
    result('not public', !facts.public, 'a private AMI', facts.public ? 'a public AMI' : 'private'),
    result('architecture', facts.architecture === checks.architecture, checks.architecture, facts.architecture),
  ]
  if (checks.bootMode)
    results.push(result('boot mode', facts.bootMode === checks.bootMode, checks.bootMode, facts.bootMode ?? 'none set'))
  if (checks.imdsv2)
    results.push(
      result('IMDSv2', facts.imdsSupport === 'v2.0', 'IMDSv2 required', facts.imdsSupport ?? 'IMDSv1 allowed'),
    )
  if (checks.encrypted)
    results.push(
      result(
        'encryption',
        facts.volumes.length > 0 && plain.length === 0,
        'every volume encrypted',
        plain.length ? `${plain.join(', ')} unencrypted` : `${facts.volumes.length} encrypted volumes`,
      ),
    )
  if (checks.rootDevice !== undefined)
    results.push(
      result(
        'root device',
        facts.rootDevice === checks.rootDevice,
        `${checks.rootDevice}, as its recipe calls it: with another name it is a second volume, and the root stays as the parent has it`,
        facts.rootDevice ?? 'none',
      ),
    )
  if (checks.maxRootSize !== undefined)
    results.push(
      result(
        'root size',
        root !== undefined && root.sizeGiB <= checks.maxRootSize,
        `${checks.maxRootSize} GiB at most`,
        root ? `${root.sizeGiB} GiB` : 'no root volume',
      ),
    )
  if (checks.tags.length > 0)
    results.push(
      result(
        'tags',
        missingTags.length === 0,
        `the tags ${checks.tags.join(', ')}`,
        missingTags.length ? `no ${missingTags.join(', ')}` : 'all there',
      ),
    )
  // The AMI's own word for what it was built from: it must be the parent that this rebake pinned.
  if (facts.sourceAmi !== undefined)
    results.push(result('parent', facts.sourceAmi === parentAmi, parentAmi, facts.sourceAmi))
  return results
}
