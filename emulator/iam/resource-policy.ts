import { UnsupportedFeature } from '../unsupported-feature.ts'
import { listOf, type PolicyDocument, type Statement } from './policy.ts'

/** Who asks: the account, and the ARNs that name the caller. */
interface Caller {
  account: string
  arns: string[]
}

/**
 * The statements of a resource's policy that are about a caller: those that name it, its role or everybody, or those that
 * name its account, which leaves it to that account whom it lets in.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export const naming = (policy: PolicyDocument, caller: Caller, whom: 'caller' | 'account'): Statement[] =>
  listOf(policy.Statement).filter((statement) => {
    if (statement.NotPrincipal !== undefined) throw new UnsupportedFeature('policy element', 'NotPrincipal')
    const named = statement.Principal === '*' ? ['*'] : listOf(statement.Principal?.AWS)
    return named.some((each) =>
      whom === 'caller' ? each === '*' || caller.arns.includes(each) : accountOf(each) === caller.account,
    )
  })

/** `123456789012`, or the ARN of its root. */
const accountOf = (named: string) => named.match(/^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/)?.[1]
