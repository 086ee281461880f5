import { arnOf } from './arn.ts'
import type { Place } from './template.ts'

/** What is there for others to refer to, and does nothing in the rehearsal: why, in words. */
export const inert: Record<string, { arn?: (place: Place, name: string) => string; why: string }> = {
  'AWS::Logs::LogGroup': { arn: (place, name) => arnOf(place, 'logs', `log-group:${name}:*`), why: 'logs' },
  'AWS::S3::Bucket': { arn: (_place, name) => `arn:aws:s3:::${name}`, why: 'build logs' },
  'AWS::S3::BucketPolicy': { why: 'access to build logs' },
  'AWS::SNS::TopicPolicy': { why: 'who else may publish' },
  'AWS::SQS::QueuePolicy': { why: 'who may send to the dead letters' },
  'AWS::Chatbot::SlackChannelConfiguration': { why: 'Amazon Q in chat applications' },
  'AWS::IAM::ManagedPolicy': {
    arn: ({ account }, name) => `arn:aws:iam::${account}:policy/${name}`,
    why: 'what people may do from chat channels',
  },
  'AWS::CloudWatch::Dashboard': { why: 'dashboards' },
  'AWS::EC2::VPCEndpoint': { why: 'the network of build instances' },
}
