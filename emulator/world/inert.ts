import { arnOf } from './arn.ts'
import type { Place } from './template.ts'
import type { World } from './world.ts'

interface Row {
  arn?: (place: Place, name: string) => string
  why: string
  /** So that somebody who lists such things finds it. */
  comes?: (world: World, place: Place, name: string) => void
  goes?: (world: World, place: Place, name: string) => void
}

/** What is there for others to refer to, and does nothing here: what that leaves out, in words. */
export const inert: Record<string, Row> = {
  'AWS::Logs::LogGroup': {
    arn: (place, name) => arnOf(place, 'logs', `log-group:${name}:*`),
    why: 'logs',
    comes: ({ aws }, place, name) => aws.logs.add(place, name),
    goes: ({ aws }, place, name) => aws.logs.remove(place, name),
  },
  'AWS::S3::Bucket': { arn: (_place, name) => `arn:aws:s3:::${name}`, why: 'buckets and what is in them' },
  'AWS::S3::BucketPolicy': { why: 'access to buckets' },
  'AWS::SNS::TopicPolicy': { why: 'who else may publish' },
  'AWS::SQS::QueuePolicy': { why: 'who else may send to queues' },
  'AWS::Chatbot::SlackChannelConfiguration': { why: 'Amazon Q in chat applications' },
  'AWS::IAM::ManagedPolicy': {
    arn: ({ account }, name) => `arn:aws:iam::${account}:policy/${name}`,
    why: 'managed policies',
  },
  'AWS::CloudWatch::Dashboard': { why: 'dashboards' },
  'AWS::EC2::VPCEndpoint': { why: 'the network of instances' },
}
