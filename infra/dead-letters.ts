import { Duration, Validations } from 'aws-cdk-lib'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'

/** Events that a rule could not deliver or a function could not handle wait here for a person. */
export class DeadLetters extends Queue {
  constructor(scope: Construct, fleet: Fleet, name = 'dead-letters') {
    super(scope, 'DeadLetters', {
      queueName: resourceName(fleet.name, name),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is the dead-letter queue, of event rules and functions.',
    })
  }
}
