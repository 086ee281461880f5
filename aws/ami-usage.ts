import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import { TargetUnreachable, WithdrawalIncomplete } from '../domain/errors.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import { partitionOf } from '../domain/fleet/regions.ts'
import { placeOf, type Target } from '../domain/planning/ring-order.ts'
import { pointersIn, type Use, type Uses } from '../domain/releases/usage.ts'
import { readGroups } from './auto-scaling-groups.ts'
import { readTemplates } from './launch-template-data.ts'
import { allPages } from './paginate.ts'
import { readPointers } from './pointers.ts'
import { inEach, Targets } from './targets.ts'

/** What one place is looked at with. */
export interface Clients {
  ssm: SSMClient
  ec2: EC2Client
  autoScaling: AutoScalingClient
}

export type ClientsIn = (target: Target) => Promise<Clients>

/** In the build account as itself, elsewhere through the role that waits there. */
export function clientsIn({ name, build }: Fleet, session: string): ClientsIn {
  const sessions = new Targets({ fleet: name, partition: partitionOf(build.region) ?? 'aws', session })
  return async (target) => {
    const config = target.account === build.account ? { region: target.region } : await sessions.configFor(target)
    return {
      ssm: new SSMClient(config),
      ec2: new EC2Client(config),
      autoScaling: new AutoScalingClient(config),
    }
  }
}

/**
 * Everything in one place that uses an AMI.
 *
 * @param parameters that may point to one
 */
export async function readUses(
  { ssm, ec2, autoScaling }: Clients,
  { account, region }: Target,
  parameters: string[],
): Promise<Map<string, Use[]>> {
  const uses = new Map<string, Use[]>()
  const add = (ami: string | undefined, kind: Use['kind'], name: string) => {
    if (ami) uses.set(ami, [...(uses.get(ami) ?? []), { kind, name, account, region }])
  }
  for (const [name, ami] of await readPointers(ssm, parameters)) add(ami, 'channel', name)
  const templates = await readTemplates(ec2, ssm)
  for (const { name, ami } of templates.current()) add(ami, 'launch-template', name)
  for (const { name, ami } of await readGroups(autoScaling, templates)) add(ami, 'auto-scaling-group', name)
  for (const { id, ami } of await readInstances(ec2)) add(ami, 'instance', id)
  return uses
}

/** Those that may run again: what is shutting down or terminated never will. */
const alive = [{ Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] }]

/** Those that a service manages as well (`Operator.Managed`), which EC2 leaves out unless it is asked for them. */
const everyInstance = { Filters: alive, IncludeManagedResources: true, MaxResults: 1_000 }

const readInstances = (ec2: EC2Client) =>
  allPages(async (NextToken) => {
    const page = await ec2.send(new DescribeInstancesCommand({ ...everyInstance, NextToken }))
    const instances = (page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances)
    const items = instances.map(({ InstanceId: id = '', ImageId: ami }) => ({ id, ami }))
    return { items, next: page.NextToken }
  })

/**
 * Everything that uses an AMI of these images, in all of these places; one that is named twice is looked into once. Where
 * one cannot be looked into, nobody knows: `unread` says which, and why.
 *
 * @throws what another try may fix
 */
export async function readUsesIn(
  deps: { fleet: Fleet; clientsIn: ClientsIn },
  places: Target[],
  images: string[],
): Promise<{ uses: Uses; unread?: string }> {
  const uses = new Map<string, Use[]>()
  const once = new Map(places.map((place) => [placeOf(place), place]))
  try {
    await inEach([...once.values()], incomplete, async ({ account, region }) => {
      const place = { account, region }
      const parameters = pointersIn(deps.fleet, images, place)
      const found = await readUses(await deps.clientsIn(place), place, parameters)
      for (const [ami, some] of found) uses.set(ami, [...(uses.get(ami) ?? []), ...some])
    })
    return { uses }
  } catch (error) {
    if (error instanceof TargetUnreachable || error instanceof WithdrawalIncomplete)
      return { uses, unread: error.message }
    throw error
  }
}

const incomplete = (message: string) => new WithdrawalIncomplete(message)
