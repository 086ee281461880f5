import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { describeAmi } from '../../aws/amis.ts'
import { readHeld } from '../../aws/pointers.ts'
import { newestAmi, type UpstreamDeps } from '../../aws/upstreams.ts'
import { TargetUnreachable } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { sourceIn } from '../../domain/upstream-kinds.ts'

interface Parent {
  Parameter: string
  Upstream: string
  /** The public parameter of an AMI like those of the upstream. */
  Placeholder: string
}

export interface ResourceEvent {
  RequestType: 'Create' | 'Update' | 'Delete'
  ResponseURL: string
  StackId: string
  RequestId: string
  LogicalResourceId: string
  PhysicalResourceId?: string | undefined
  ResourceProperties: { Parents: Parent[] }
}

interface SeedParametersDeps {
  fleet: Fleet
  ssm: SSMClient
  upstreams: UpstreamDeps
}

/**
 * Has the pointers that recipes name hold an AMI that the build account sees: where one holds none, the newest of its upstream that
 * is visible, or else a public one. One that does is never touched: a deploy must not take back what the running system has moved,
 * as an AWS::SSM::Parameter would. Deleting the stack leaves them: they are history, and cost nothing.
 */
export async function seed(
  { fleet, ssm, upstreams }: SeedParametersDeps,
  { RequestType, ResourceProperties }: ResourceEvent,
) {
  if (RequestType === 'Delete') return
  const { Parents } = ResourceProperties
  const held = await readHeld(
    ssm,
    Parents.map(({ Parameter }) => Parameter),
  )
  const looked = new Map<string, Promise<boolean>>()
  const isVisible = (ami: string | undefined): Promise<boolean> => {
    if (ami === undefined) return Promise.resolve(false)
    const look = looked.get(ami) ?? describeAmi(upstreams.ec2, ami).then((image) => image?.State === 'available')
    looked.set(ami, look)
    return look
  }
  const found = new Map<string, Promise<string>>()
  const amiFor = ({ Upstream, Placeholder }: Parent): Promise<string> => {
    const known = found.get(`${Upstream} ${Placeholder}`)
    if (known) return known
    const search = newestAmi(upstreams, sourceIn(fleet, Upstream))
      .catch(unreadable)
      .then(async (ami) => (ami !== undefined && (await isVisible(ami)) ? ami : publicAmi(ssm, Placeholder)))
    found.set(`${Upstream} ${Placeholder}`, search)
    return search
  }
  for (const parent of Parents) {
    const { Parameter } = parent
    const known = held.get(Parameter)
    if (await isVisible(known?.value)) continue
    await ssm.send(
      new PutParameterCommand({
        Name: Parameter,
        Value: await amiFor(parent),
        Type: 'String',
        // The type of a parameter never changes. The doctor names one that somebody made of another.
        DataType: known?.dataType ?? 'text',
        Overwrite: known !== undefined,
      }),
    )
  }
}

async function publicAmi(ssm: SSMClient, name: string): Promise<string> {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }))
  if (!Parameter?.Value) throw new Error(`the public parameter ${name} names no AMI`)
  return Parameter.Value
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
