import type { BusStatement } from '../services/events.ts'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import { arnOf } from './arn.ts'
import { keyArnOf } from './keys.ts'
import { type Load, type Properties, physical } from './loading.ts'

/** What brings events, messages and the time to functions and state machines. */
export const messaging: Record<string, Load> = {
  'AWS::Events::EventBus': ({ aws }, place, _logicalId, { Name }: { Name: string }) => {
    aws.events.addBus(place, Name)
    return { ref: Name, attributes: { Arn: arnOf(place, 'events', `event-bus/${Name}`), Name } }
  },

  'AWS::Events::EventBusPolicy': (
    { busPolicies, aws },
    place,
    logicalId,
    { EventBusName: bus, Statement }: { EventBusName: string; Statement: { Effect: string } },
  ) => {
    if (Statement.Effect !== 'Allow') throw new UnsupportedFeature('bus policy effect', Statement.Effect, logicalId)
    const statement = Statement as unknown as BusStatement
    busPolicies.push({ bus, ...statement })
    aws.events.policyOf(place, bus).push(statement)
    return { ref: logicalId }
  },

  'AWS::Events::Rule': (
    { aws, regional },
    place,
    logicalId,
    properties: {
      Name?: string
      EventBusName?: string
      EventPattern?: Properties
      Description?: string
      Targets?: { Id: string; Arn: string; RoleArn?: string; DeadLetterConfig?: { Arn: string } }[]
    },
  ) => {
    const name = physical(place, logicalId, properties.Name)
    const bus = properties.EventBusName ?? 'default'
    const targets = properties.Targets ?? []
    const pattern = properties.EventPattern ?? {}
    aws.events.addRule({
      ...place,
      name,
      bus,
      pattern,
      targets,
      ...(properties.Description && { description: properties.Description }),
    })
    const ruleArn = arnOf(place, 'events', `rule/${bus === 'default' ? '' : `${bus}/`}${name}`)
    regional.in(place).rules.push({
      name,
      arn: ruleArn,
      bus,
      pattern,
      targets: targets.map(({ Id, Arn, RoleArn, DeadLetterConfig }) => ({
        id: Id,
        arn: Arn,
        roleArn: RoleArn,
        deadLetters: DeadLetterConfig?.Arn,
      })),
    })
    return { ref: name, attributes: { Arn: ruleArn } }
  },

  'AWS::SNS::Topic': (
    { aws },
    place,
    logicalId,
    properties: { TopicName?: string; DisplayName?: string; KmsMasterKeyId?: string },
  ) => {
    const name = physical(place, logicalId, properties.TopicName)
    const topicArn = arnOf(place, 'sns', name)
    aws.sns.addTopic({
      arn: topicArn,
      ...(properties.DisplayName && { displayName: properties.DisplayName }),
      ...(properties.KmsMasterKeyId && { kmsKeyArn: keyArnOf(place, properties.KmsMasterKeyId) }),
    })
    return { ref: topicArn, attributes: { TopicArn: topicArn, TopicName: name } }
  },

  'AWS::SNS::Subscription': (
    { aws },
    { account: owner, region: own },
    logicalId,
    {
      TopicArn: topicArn,
      Protocol: protocol,
      Endpoint: endpoint,
      Region: region = own,
      FilterPolicy: filterPolicy,
    }: {
      TopicArn: string
      Protocol: string
      Endpoint: string
      Region?: string
      FilterPolicy?: Record<string, unknown>
    },
  ) => {
    if (topicArn.split(':')[3] !== region)
      throw new Error(`${logicalId}: the topic ${topicArn} cannot be subscribed to in ${region}`)
    return { ref: aws.sns.subscribe({ topicArn, protocol, endpoint, owner, filterPolicy }) }
  },

  'AWS::Scheduler::Schedule': ({ schedules, notEmulated }, place, logicalId, properties: Properties) => {
    if (!schedules.pass) notEmulated.set('AWS::Scheduler::Schedule', 'schedules: none comes without schedulesUntil')
    const { ref, arn } = schedules.add(place, logicalId, properties)
    return { ref, attributes: { Arn: arn } }
  },

  'AWS::SQS::Queue': ({ aws }, place, logicalId, { QueueName }: { QueueName?: string }) => {
    const name = physical(place, logicalId, QueueName)
    aws.sqs.addQueue(place, name)
    return {
      ref: `https://sqs.${place.region}.amazonaws.com/${place.account}/${name}`,
      attributes: { Arn: arnOf(place, 'sqs', name), QueueName: name },
    }
  },
}
