import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { readPointer } from '../shared/pointers.ts'

export interface ResourceEvent {
  RequestType: 'Create' | 'Update' | 'Delete'
  ResponseURL: string
  StackId: string
  RequestId: string
  LogicalResourceId: string
  PhysicalResourceId?: string | undefined
  ResourceProperties: { Parameters: string[]; Placeholder: string }
}

/**
 * Puts the pointers that recipes name where they are missing, and never touches one that is there: a deploy
 * must not take back what the running system has moved, as an AWS::SSM::Parameter would. Deleting the stack
 * leaves the pointers: they are history, and cost nothing.
 */
export async function seed(ssm: SSMClient, { RequestType, ResourceProperties }: ResourceEvent) {
  if (RequestType === 'Delete') return
  const { Parameters, Placeholder } = ResourceProperties
  for (const name of Parameters)
    if ((await readPointer(ssm, name)) === undefined)
      await ssm.send(new PutParameterCommand({ Name: name, Value: Placeholder, Type: 'String' }))
}

/** CloudFormation waits for this answer. Source: CloudFormation User Guide, "Custom resource response objects". */
export async function respond(event: ResourceEvent, failure?: Error): Promise<void> {
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
