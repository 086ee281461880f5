import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { readPointers } from '../../aws/pointers.ts'
import { newestAmi, type UpstreamDeps } from '../../aws/upstreams.ts'
import { TargetUnreachable } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { sourceIn } from '../../domain/upstream-kinds.ts'

interface Parent {
  Parameter: string
  Upstream: string
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

interface SeedParametersDeps {
  fleet: Fleet
  ssm: SSMClient
  upstreams: UpstreamDeps
}

/**
 * Puts the pointers that recipes name where they are missing, with the newest AMI of the upstream that is
 * visible, and never touches one that is there: a deploy must not take back what the running system has moved,
 * as an AWS::SSM::Parameter would. Deleting the stack leaves them: they are history, and cost nothing.
 */
export async function seed(
  { fleet, ssm, upstreams }: SeedParametersDeps,
  { RequestType, ResourceProperties }: ResourceEvent,
) {
  if (RequestType === 'Delete') return
  const { Parents, Placeholder } = ResourceProperties
  const there = await readPointers(
    ssm,
    Parents.map(({ Parameter }) => Parameter),
  )
  const newest = new Map<string, string>()
  for (const { Parameter, Upstream } of Parents.filter(({ Parameter }) => !there.has(Parameter))) {
    const value =
      newest.get(Upstream) ?? (await newestAmi(upstreams, sourceIn(fleet, Upstream)).catch(unreadable)) ?? Placeholder
    newest.set(Upstream, value)
    await ssm.send(new PutParameterCommand({ Name: Parameter, Value: value, Type: 'String', DataType: 'text' }))
  }
}

/** The upstream's account may have its stack after the build account: that is no reason to fail a deployment. */
function unreadable(error: unknown): undefined {
  if (error instanceof TargetUnreachable) return undefined
  throw error
}

/** CloudFormation waits for this answer. Source: CloudFormation User Guide, "Custom resource response objects". */
export async function respond(event: Omit<ResourceEvent, 'ResourceProperties'>, failure?: Error): Promise<void> {
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
