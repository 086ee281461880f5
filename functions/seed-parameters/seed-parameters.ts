import { DescribeImagesCommand, type EC2Client } from '@aws-sdk/client-ec2'
import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { readPointers } from '../shared/pointers.ts'

interface Parent {
  Parameter: string
  Owner: string
  AmiName: string
  Architecture: string
}

export interface ResourceEvent {
  RequestType: 'Create' | 'Update' | 'Delete'
  ResponseURL: string
  StackId: string
  RequestId: string
  LogicalResourceId: string
  PhysicalResourceId?: string | undefined
  ResourceProperties: { Parents: Parent[]; Placeholder: string }
}

/**
 * Puts the pointers that recipes name where they are missing, with the newest AMI of the upstream that is
 * visible, and never touches one that is there: a deploy must not take back what the running system has moved,
 * as an AWS::SSM::Parameter would. Deleting the stack leaves them: they are history, and cost nothing.
 */
export async function seed(
  { ssm, ec2 }: { ssm: SSMClient; ec2: EC2Client },
  { RequestType, ResourceProperties }: ResourceEvent,
) {
  if (RequestType === 'Delete') return
  const { Parents, Placeholder } = ResourceProperties
  const there = await readPointers(
    ssm,
    Parents.map(({ Parameter }) => Parameter),
  )
  const newest = new Map<string, string>()
  for (const parent of Parents.filter(({ Parameter }) => !there.has(Parameter))) {
    const upstream = `${parent.Owner} ${parent.AmiName} ${parent.Architecture}`
    const value = newest.get(upstream) ?? (await newestAmi(ec2, parent)) ?? Placeholder
    newest.set(upstream, value)
    await ssm.send(new PutParameterCommand({ Name: parent.Parameter, Value: value, Type: 'String' }))
  }
}

async function newestAmi(ec2: EC2Client, { Owner, AmiName, Architecture }: Parent) {
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({
      Owners: [Owner],
      Filters: [
        { Name: 'name', Values: [AmiName] },
        { Name: 'architecture', Values: [Architecture] },
        { Name: 'state', Values: ['available'] },
      ],
    }),
  )
  const byAge = Images.sort((a, b) => (a.CreationDate ?? '').localeCompare(b.CreationDate ?? ''))
  return byAge.at(-1)?.ImageId
}

/** CloudFormation waits for this answer. Source: CloudFormation User Guide, "Custom resource response objects". */
export async function respond(
  event: Omit<ResourceEvent, 'ResourceProperties'>,
  failure?: Error,
): Promise<void> {
  const body = JSON.stringify({
    Status: failure ? 'FAILED' : 'SUCCESS',
    ...(failure && { Reason: `${failure.name}: ${failure.message}` }),
    PhysicalResourceId: event.PhysicalResourceId ?? event.LogicalResourceId,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  })
  const response = await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } })
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: HTTP ${response.status}`)
}
