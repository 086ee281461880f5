import { ArnFormat } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { resourceName } from '../../domain/names.ts'
import type { FleetKey } from '../fleet-key.ts'

/**
 * Where alarms go: what CloudWatch says is in CloudWatch's words, and none of the messages that subscribers of the other
 * topic filter by. Encrypted, and only over TLS.
 */
export class AlarmTopic extends Topic {
  constructor(scope: Construct, fleet: Fleet, key: FleetKey) {
    super(scope, 'AlarmTopic', {
      topicName: resourceName(fleet.name, 'alarms'),
      displayName: `Rebake ${fleet.name} alarms`,
      masterKey: key,
      enforceSSL: true,
    })
    const conditions = {
      StringEquals: { 'aws:SourceAccount': this.stack.account },
      ArnLike: {
        'aws:SourceArn': this.stack.formatArn({
          service: 'cloudwatch',
          resource: 'alarm',
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          resourceName: resourceName(fleet.name, '*'),
        }),
      },
    }
    const principals = [new ServicePrincipal('cloudwatch.amazonaws.com')]
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html#SNS_Confused_Deputy
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals,
        conditions,
        actions: ['sns:Publish'],
        resources: [this.topicArn],
      }),
    )
    // Without it an alarm changes its state, and nobody hears of it: the publication fails where nobody looks.
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals,
        conditions,
        actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
        resources: ['*'],
      }),
    )
    for (const address of fleet.notify.email) this.addSubscription(new EmailSubscription(address))
  }
}
