import type { EventEnvelope } from '../../emulator/index.ts'

/** Events as AWS sends them. */
const envelope = { version: '0', account: '111122223333', region: 'us-west-2' }

export const imageAvailable: EventEnvelope = {
  ...envelope,
  id: '8e81973e-0bec-47b0-b898-d190f9ebdacc',
  'detail-type': 'EC2 Image Builder Image State Change',
  source: 'aws.imagebuilder',
  time: '2026-09-01T07:01:05Z',
  resources: ['arn:aws:imagebuilder:us-west-2:111122223333:image/golden-base/1.0.0/1'],
  detail: { 'previous-state': { status: 'TESTING' }, state: { status: 'AVAILABLE' } },
}

/** Of another account. */
export const amiAvailable: EventEnvelope = {
  ...envelope,
  id: 'd23f0824-128b-4f33-8c5c-7fd0a6a3a450',
  'detail-type': 'EC2 AMI State Change',
  source: 'aws.ec2',
  account: '444455556666',
  time: '2026-09-01T06:30:00Z',
  resources: ['arn:aws:ec2:us-west-2::image/ami-0a1b2c3d4e5f67890'],
  detail: { ImageId: 'ami-0a1b2c3d4e5f67890', State: 'available', ErrorMessage: '' },
}

export const executionAborted = (input: string): EventEnvelope => ({
  ...envelope,
  id: '3f98e277-4cbd-47ad-9c90-a9587403e430',
  'detail-type': 'Step Functions Execution Status Change',
  source: 'aws.states',
  time: '2026-09-01T06:40:05Z',
  resources: ['arn:aws:states:us-west-2:111122223333:execution:golden-rebake:base'],
  detail: {
    executionArn: 'arn:aws:states:us-west-2:111122223333:execution:golden-rebake:base',
    stateMachineArn: 'arn:aws:states:us-west-2:111122223333:stateMachine:golden-rebake',
    name: 'base',
    status: 'ABORTED',
    input,
  },
})
