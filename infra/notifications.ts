import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import type { Audience } from '../domain/fleet/notify.ts'
import { type Protocol, protocols } from '../domain/messages/channels.ts'
import { resourceName } from '../domain/names.ts'
import { filtersOf } from './audience.ts'
import type { FleetKey } from './fleet-key.ts'
import { pascalCase } from './names.ts'
import type { Permission } from './permissions.ts'

const subscriptionProtocols: Record<Protocol, SubscriptionProtocol> = {
  email: SubscriptionProtocol.EMAIL,
  https: SubscriptionProtocol.HTTPS,
  sqs: SubscriptionProtocol.SQS,
  lambda: SubscriptionProtocol.LAMBDA,
}

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
    const { email, subscriptions } = fleet.notify
    for (const address of email) this.subscribe(fleet, address, 'email', address, { severity: 'info' })
    for (const [name, subscription] of Object.entries(subscriptions))
      for (const protocol of protocols) {
        const endpoint = subscription[protocol]
        if (endpoint) this.subscribe(fleet, `${name} ${protocol}`, protocol, endpoint, subscription)
      }
  }

  private subscribe(fleet: Fleet, id: string, protocol: Protocol, endpoint: string, audience: Audience): void {
    new Subscription(this, pascalCase(id), {
      topic: this,
      protocol: subscriptionProtocols[protocol],
      endpoint,
      ...filtersOf(fleet, audience),
    })
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
