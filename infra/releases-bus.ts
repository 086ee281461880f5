import { CfnEventBusPolicy, EventBus } from 'aws-cdk-lib/aws-events'
import type { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import { upstreamAccounts } from './targets.ts'

/** Where upstream accounts send the events that tell of a release. Nobody else may; what arrives is still looked up. */
export class ReleasesBus extends EventBus {
  constructor(scope: Construct, fleet: Fleet) {
    super(scope, 'ReleasesBus', {
      eventBusName: resourceName(fleet.name, 'releases'),
      description: `AMI releases for ${fleet.name}`,
    })
    const roots = upstreamAccounts(fleet).map((account) => `arn:${this.stack.partition}:iam::${account}:root`)
    if (roots.length > 0) this.admit('UpstreamAccounts', { Principal: { AWS: roots } })
    if (fleet.organization)
      this.admit('Organization', {
        Principal: '*',
        Condition: { StringEquals: { 'aws:PrincipalOrgID': fleet.organization } },
      })
  }

  private admit(statementId: string, who: object): void {
    new CfnEventBusPolicy(this, statementId, {
      eventBusName: this.eventBusName,
      statementId,
      statement: { Effect: 'Allow', Action: 'events:PutEvents', Resource: this.eventBusArn, ...who },
    })
  }
}
