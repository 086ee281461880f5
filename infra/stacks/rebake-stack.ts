import { type CfnElement, Stack } from 'aws-cdk-lib'
import { pascalCase } from '../names.ts'

/**
 * A stack whose logical ids are the construct path without a hash: they appear in the rehearsal's call log,
 * in stack events and in diffs, where `ReceiveReleaseRole` reads better than `ReceiveReleaseRole8B2F1F3C`.
 */
export class RebakeStack extends Stack {
  private readonly owners = new Map<string, CfnElement>()

  protected override allocateLogicalId(element: CfnElement): string {
    const path = element.node.scopes.slice(this.node.scopes.length).map(({ node }) => node.id)
    const id = pascalCase(...path.filter((part) => part !== 'Resource' && part !== 'Default'))
    const owner = this.owners.get(id) ?? element
    // `a-1` and `a1` would both be A1: the second gets CDK's own id, with its hash.
    if (owner !== element) return super.allocateLogicalId(element)
    this.owners.set(id, element)
    return id
  }
}
