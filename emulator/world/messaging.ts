import type { BusStatement } from '../services/events.ts'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import { arnOf } from './arn.ts'
import { keyArnOf } from './keys.ts'
import { type Kind, type Present, type Properties, physical } from './loading.ts'

interface BusPolicyProperties {
  EventBusName: string
  Statement: { Effect: string }
}

interface RuleProperties {
  Name?: string
  EventBusName?: string
  EventPattern?: Properties
  Description?: string
  Targets?: { Id: string; Arn: string; RoleArn?: string; DeadLetterConfig?: { Arn: string } }[]
}

/** What brings events, messages and the time to functions and state machines. */
export const messaging: Record<string, Kind> = {
  'AWS::Events::EventBus': {
    create: ({ aws }, site, _logicalId, { Name }: { Name: string }) => {
      aws.events.addBus(site, Name)
      return { ref: Name, attributes: { Arn: arnOf(site, 'events', `event-bus/${Name}`), Name } }
    },
    change: (_world, _site, { created }) => created,
    remove: ({ aws }, site, { created }) => aws.events.removeBus(site, created.ref),
  },

  'AWS::Events::EventBusPolicy': {
    create: (world, site, logicalId, { EventBusName: bus, Statement }: BusPolicyProperties) => {
      if (Statement.Effect !== 'Allow') throw new UnsupportedFeature('bus policy effect', Statement.Effect, logicalId)
      const statement = Statement as unknown as BusStatement
      world.busPolicies.push({ bus, logicalId, ...statement })
      world.aws.events.policyOf(site, bus).push(statement)
      return { ref: logicalId }
    },
    // The statement of its id takes the place of the one before.
    change: (
      world,
      site,
      present: Present<BusPolicyProperties>,
      { EventBusName: bus, Statement }: BusPolicyProperties,
    ) => {
      const statement = Statement as unknown as BusStatement
      const before = world.busPolicies.findIndex(({ logicalId }) => logicalId === present.logicalId)
      world.busPolicies.splice(before, 1, { bus, logicalId: present.logicalId, ...statement })
      const policy = world.aws.events.policyOf(site, bus)
      policy.splice(policy.indexOf(present.properties.Statement as unknown as BusStatement), 1, statement)
      return present.created
    },
    remove: (world, site, { logicalId, properties }: Present<BusPolicyProperties>) => {
      const { EventBusName: bus, Statement } = properties
      const before = world.busPolicies.findIndex((each) => each.logicalId === logicalId)
      if (before >= 0) world.busPolicies.splice(before, 1)
      const policy = world.aws.events.policyOf(site, bus)
      const at = policy.indexOf(Statement as unknown as BusStatement)
      if (at >= 0) policy.splice(at, 1)
    },
  },

  'AWS::Events::Rule': {
    create: ({ aws, regional }, site, logicalId, properties: RuleProperties) => {
      const { account, region } = site
      const name = physical(site, logicalId, properties.Name)
      const bus = properties.EventBusName ?? 'default'
      const targets = properties.Targets ?? []
      const pattern = properties.EventPattern ?? {}
      aws.events.addRule({
        account,
        region,
        name,
        bus,
        pattern,
        targets,
        ...(properties.Description && { description: properties.Description }),
      })
      const ruleArn = arnOf(site, 'events', `rule/${bus === 'default' ? '' : `${bus}/`}${name}`)
      regional.in(site).addRule({
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
    remove: ({ aws, regional }, site, { created }) => {
      aws.events.removeRule(site, created.ref)
      regional.in(site).removeRule(String(created.attributes?.Arn))
    },
  },

  'AWS::SNS::Topic': {
    create: (
      { aws },
      site,
      logicalId,
      properties: { TopicName?: string; DisplayName?: string; KmsMasterKeyId?: string },
    ) => {
      const name = physical(site, logicalId, properties.TopicName)
      const topicArn = arnOf(site, 'sns', name)
      aws.sns.addTopic({
        arn: topicArn,
        ...(properties.DisplayName && { displayName: properties.DisplayName }),
        ...(properties.KmsMasterKeyId && { kmsKeyArn: keyArnOf(site, properties.KmsMasterKeyId) }),
      })
      return { ref: topicArn, attributes: { TopicArn: topicArn, TopicName: name } }
    },
    remove: ({ aws }, _site, { created }) => aws.sns.removeTopic(created.ref),
  },

  'AWS::SNS::Subscription': {
    create: (
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
    change: ({ aws }, _site, { created }, { FilterPolicy }: { FilterPolicy?: Record<string, unknown> }) => {
      aws.sns.filter(created.ref, FilterPolicy)
      return created
    },
    remove: ({ aws }, _site, { created }) => aws.sns.unsubscribe(created.ref),
  },

  'AWS::Scheduler::Schedule': {
    create: ({ schedules, notEmulated }, site, logicalId, properties: Properties) => {
      if (!schedules.pass) notEmulated.set('AWS::Scheduler::Schedule', 'schedules: none comes without schedulesUntil')
      const { ref, arn } = schedules.add(site, logicalId, properties)
      return { ref, attributes: { Arn: arn } }
    },
    remove: ({ schedules }, site, { created }) =>
      schedules.remove(site, { name: created.ref, arn: String(created.attributes?.Arn) }),
  },

  'AWS::SQS::Queue': {
    create: ({ aws }, site, logicalId, { QueueName }: { QueueName?: string }) => {
      const name = physical(site, logicalId, QueueName)
      const { account, region } = site
      aws.sqs.addQueue({ account, region }, name)
      return {
        ref: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
        attributes: { Arn: arnOf(site, 'sqs', name), QueueName: name },
      }
    },
    // What is in it stays.
    change: (_world, _site, { created }) => created,
    remove: ({ aws }, site, { created }) => aws.sqs.removeQueue(site, String(created.attributes?.QueueName)),
  },
}
