import { Aws, DefaultStackSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib'
import { EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events'
import { EventBus as EventBusTarget } from 'aws-cdk-lib/aws-events-targets'
import { AccountPrincipal, type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { resourceName, upstreamRoleName } from '../../domain/names.ts'
import { forwardsOf } from '../announcements.ts'
import { DeadLetters } from '../dead-letters.ts'
import { policyOf } from '../permissions.ts'
import { soeStackName } from '../stack-names.ts'
import { foreignParameters } from '../targets.ts'
import type { Forward } from '../upstream-kinds.ts'
import { RebakeStack } from './rebake-stack.ts'

/**
 * Tells the build account of releases: one template, without assets or parameters, for every account that an upstream
 * is in. AWS puts its events on the default bus of their own region: deploy it to the build region.
 */
export class SoeAccountStack extends RebakeStack {
  constructor(scope: Construct, { fleet }: { fleet: Fleet }) {
    super(scope, soeStackName(fleet), {
      description: `Rebake: tells ${fleet.build.account} of the AMIs that ${fleet.name} bakes on`,
      // An account that only makes AMIs may know no CDK bootstrap.
      synthesizer: new DefaultStackSynthesizer({
        generateBootstrapVersionRule: false,
      }) as IStackSynthesizer,
    })
    const { account, region } = fleet.build
    const releases = `arn:${Aws.PARTITION}:events:${region}:${account}:event-bus/${resourceName(fleet.name, 'releases')}`
    const parameters = foreignParameters(fleet).map(({ name }) => name)
    this.forward(fleet, releases, forwardsOf(fleet))
    if (parameters.length > 0) this.createReader(fleet, [...new Set(parameters)])
  }

  private forward(fleet: Fleet, releases: string, rules: Forward[]): void {
    if (rules.length === 0) return
    const role = this.createForwarder(releases)
    const deadLetterQueue = new DeadLetters(this, fleet, 'undelivered-releases')
    const bus = EventBus.fromEventBusArn(this, 'ReleasesBus', releases) as IEventBus
    for (const { id, what, pattern } of rules)
      new Rule(this, `Forward${id}`, {
        ruleName: resourceName(fleet.name, `forward-${id.toLowerCase()}`),
        description: `${what}: ${fleet.name} looks whether it is a release`,
        eventPattern: pattern,
        targets: [new EventBusTarget(bus, { role, deadLetterQueue })],
      })
  }

  /**
   * A bus of another account needs a role besides its own policy, for which the role's account counts.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
   */
  private createForwarder(releases: string): IRole {
    const role = new Role(this, 'ForwardReleasesRole', {
      description: 'EventBridge hands events to the build account of Rebake',
      assumedBy: new ServicePrincipal('events.amazonaws.com'),
      inlinePolicies: { permissions: policyOf([{ actions: ['events:PutEvents'], resources: [releases] }]) },
    })
    // The policy is whole: the target would add the same statement again, in a resource of its own.
    return role.withoutPolicyUpdates()
  }

  /** An event does not say what a parameter holds: the build account reads it. */
  private createReader({ name, build }: Fleet, parameters: string[]): void {
    const callers = ['receive-release', 'poll-upstreams', 'seed-parameters', 'examine-accounts'].map(
      (caller) => `arn:${Aws.PARTITION}:iam::${build.account}:role/${resourceName(name, caller)}`,
    )
    new Role(this, 'ReadUpstreamRole', {
      roleName: upstreamRoleName(name),
      description: `Lets ${build.account} read the parameters that name the AMIs of ${name}`,
      // The account with a condition: a role as principal would have to exist before this stack.
      assumedBy: new AccountPrincipal(build.account).withConditions({
        ArnEquals: { 'aws:PrincipalArn': callers },
        StringEquals: { 'sts:ExternalId': name },
      }),
      inlinePolicies: {
        permissions: policyOf([
          {
            actions: ['ssm:GetParameter'],
            resources: parameters.map(
              (parameter) =>
                `arn:${Aws.PARTITION}:ssm:${build.region}:${Aws.ACCOUNT_ID}:parameter/${parameter.replace(/^\//, '')}`,
            ),
          },
        ]),
      },
    })
  }
}
