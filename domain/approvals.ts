/** Who lets an image into a ring, and what came of asking. */

/** What was asked: the release of an image that waits to go to a ring. All times are ISO 8601. */
export interface Approval {
  ring: string
  requestedAt: string
  until: string
  /** ARNs of IAM roles and users, in which `*` stands for any characters. */
  approvers: string[]
  /** None while it is open. */
  answer?: Answer
}

/** The first answer: no other counts. */
export interface Answer {
  /** Expired is what an answer finds that comes when nobody waits for it any more. */
  as: 'approved' | 'rejected' | 'expired'
  at: string
  /** The ARN of the person who answered. */
  by?: string
  reason?: string
}

/**
 * Whether a caller is one of the approvers. The ARN of a role's session has the name of the role and not its path: a
 * name is an account's only one, whatever the path, but what a `*` behind a path would let in nobody can tell, so it
 * lets in nobody. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 *
 * @param caller as STS GetCallerIdentity has it
 */
export function isApprover(approvers: readonly string[], caller: string): boolean {
  const [, partition, account, role] = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/./.exec(caller) ?? []
  return approvers.some((approver) => {
    if (role === undefined) return fits(approver, caller)
    const [, prefix, path, name = ''] = /^(.*:role\/)(.*\/)?([^/]+)$/.exec(approver) ?? []
    const isHere = prefix === `arn:${partition}:iam::${account}:role/`
    return isHere && fits(name, role) && !(path && name.includes('*'))
  })
}

/** IAM's wildcard: any characters, slashes too. */
const fits = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/\W/g, '\\$&').replaceAll('\\*', '.*')}$`).test(text)

/** The caller that somebody among an approver's is, for a rehearsal: there are no people in it. */
export function someoneOf(approver: string): string {
  const arn = approver.replaceAll('*', 'x')
  const [, partition, account, name] = /^arn:([^:]+):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? []
  return name === undefined ? arn : `arn:${partition}:sts::${account}:assumed-role/${name}/rehearsal`
}
