import { CfnEventBusPolicy, EventBus } from 'aws-cdk-lib/aws-events'
import type { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'

/** Where upstream accounts send their AMI events. Nobody else may; what arrives is still looked up. */
export class ReleasesBus extends EventBus {
  constructor(scope: Construct, fleet: Fleet) {
    super(scope, 'ReleasesBus', {
      eventBusName: resourceName(fleet.name, 'releases'),
      description: `AMI releases for ${fleet.name}`,
    })
    const owners = new Set(Object.values(fleet.upstreams).map(({ ami }) => ami.owner))
    const roots = [...owners].sort().map((owner) => `arn:${this.stack.partition}:iam::${owner}:root`)
    this.admit('UpstreamAccounts', { Principal: { AWS: roots } })
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
