import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import type { FleetKey } from './fleet-key.ts'
import type { Permission } from './permissions.ts'

/** Where people read what happened. Encrypted, and only over TLS. */
export class Notifications extends Topic {
  private readonly key: FleetKey

  constructor(scope: Construct, fleet: Fleet, key: FleetKey) {
    super(scope, 'Notifications', {
      topicName: resourceName(fleet.name, 'notifications'),
      displayName: `Rebake ${fleet.name}`,
      masterKey: key,
      enforceSSL: true,
    })
    this.key = key
    for (const address of fleet.notify.email) this.addSubscription(new EmailSubscription(address))
  }

  /** Publishing to an encrypted topic takes the key as well, through SNS only. */
  allowPublish(): Permission[] {
    return [
      { actions: ['sns:Publish'], resources: [this.topicArn] },
      {
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resources: [this.key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `sns.${this.stack.region}.amazonaws.com` } },
      },
    ]
  }
}
