import { Aws, DefaultStackSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib'
import { EventBus, Rule } from 'aws-cdk-lib/aws-events'
import { EventBus as EventBusTarget } from 'aws-cdk-lib/aws-events-targets'
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import { DeadLetters } from './dead-letters.ts'
import { policyOf } from './permissions.ts'
import { RebakeStack } from './rebake-stack.ts'

/**
 * Tells the build account of new AMIs: one template, without assets or parameters, for every account that owns an
 * upstream. EC2 sends its events to the default bus of the AMI's own region: deploy it to the build region.
 */
export class SoeAccountStack extends RebakeStack {
  constructor(scope: Construct, { fleet }: { fleet: Fleet }) {
    super(scope, resourceName(fleet.name, 'soe-account'), {
      description: `Rebake: tells ${fleet.build.account} of the AMIs that ${fleet.name} bakes on`,
      // An account that only makes AMIs may know no CDK bootstrap.
      synthesizer: new DefaultStackSynthesizer({
        generateBootstrapVersionRule: false,
      }) as IStackSynthesizer,
    })
    const { account, region } = fleet.build
    const releases = `arn:${Aws.PARTITION}:events:${region}:${account}:event-bus/${resourceName(fleet.name, 'releases')}`
    new Rule(this, 'ForwardReleases', {
      ruleName: resourceName(fleet.name, 'forward-releases'),
      description: `An AMI became available: ${fleet.name} looks whether it is a release`,
      eventPattern: {
        source: ['aws.ec2'],
        detailType: ['EC2 AMI State Change'],
        detail: { State: ['available'] },
      },
      targets: [
        new EventBusTarget(EventBus.fromEventBusArn(this, 'ReleasesBus', releases), {
          role: this.createRole(releases),
          deadLetterQueue: new DeadLetters(this, fleet, 'undelivered-releases'),
        }),
      ],
    })
  }

  /**
   * A bus of another account needs a role besides its own policy, for which the role's account counts.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
   */
  private createRole(releases: string): IRole {
    const role = new Role(this, 'ForwardReleasesRole', {
      description: 'EventBridge hands AMI events to the build account of Rebake',
      assumedBy: new ServicePrincipal('events.amazonaws.com'),
      inlinePolicies: { permissions: policyOf([{ actions: ['events:PutEvents'], resources: [releases] }]) },
    })
    // The policy is whole: the target would add the same statement again, in a resource of its own.
    return role.withoutPolicyUpdates()
  }
}
