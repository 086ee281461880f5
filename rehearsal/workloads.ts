import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import { orderRing, type Target } from '../domain/planning/ring-order.ts'
import type { Execution, World } from '../emulator/index.ts'
import { simulateOrganization } from './organization.ts'

/** What a team runs in a target: an Auto Scaling group with one instance. */
export interface Workload extends Target {
  ring: string
  group: string
  /** Its group launches from this. */
  launchTemplate: { name: string; version: string }
  instance: string
  /** What the instance was launched from. */
  ami: string
}

/**
 * The teams of every target that has the image's pointer launch what it holds now: the ring's own launch template, or one
 * that the team makes and that names the AMI, an Auto Scaling group with it, and an instance that runs.
 */
export function launchWorkloads(
  world: World,
  fleet: Fleet,
  { image, ring: only }: { image: string; ring?: string },
): Workload[] {
  const rings = (fleet.images[image]?.rings ?? []).filter((ring) => only === undefined || ring === only)
  return rings.flatMap((ring) =>
    accountsOf(fleet, ring).flatMap((account) =>
      (fleet.rings[ring]?.regions ?? []).flatMap((region) => {
        const ami = world.aws.ssm.valueOf(orderRing(fleet, image, ring).parameter, { account, region })
        return ami === undefined ? [] : launch(world, fleet, { account, region, image, ring, ami })
      }),
    ),
  )
}

/** Those that the ring may reach: what nothing points to the image in is no target. */
function accountsOf(fleet: Fleet, ring: string): string[] {
  const { accounts = [], organizationalUnits = [], organization = false } = fleet.rings[ring] ?? {}
  const simulated = simulateOrganization(fleet)
  const inUnits = organizationalUnits.flatMap((unit) => simulated?.units[unit] ?? [])
  return [...new Set([...accounts, ...inUnits, ...((organization && simulated?.accounts) || [])])]
}

interface Launch extends Target {
  image: string
  ring: string
  ami: string
}

function launch({ aws }: World, fleet: Fleet, { image, ring, ami, ...target }: Launch): Workload {
  const { ec2, autoscaling } = aws
  const group = `${resourceName(fleet.name, image)}-${ring}`
  const [own] = orderRing(fleet, image, ring).launchTemplates
  const launchTemplate = own
    ? { name: own.name, version: own.default ? '$Default' : '$Latest' }
    : { name: group, version: '$Latest' }
  if (!ec2.launchTemplates.find(launchTemplate.name, target))
    ec2.launchTemplates.add({ ...target, name: launchTemplate.name, data: { ImageId: ami } })
  autoscaling.add({ ...target, name: group, launchTemplate })
  const { instance } = ec2.instances.add({ ...target, imageId: ami, asg: group })
  return { ...target, ring, group, launchTemplate, instance: instance.InstanceId, ami }
}

/**
 * A person starts a state machine of the fleet.
 *
 * @param machine named as its file is: `rebake`
 * @throws StatesError as Step Functions does
 */
export function startMachine(
  { stepFunctions }: World,
  fleet: Fleet,
  machine: string,
  name: string,
  input: unknown,
): Execution {
  const stateMachineArn = stepFunctions.arn('stateMachine', resourceName(fleet.name, machine))
  return stepFunctions.startExecution({ stateMachineArn, name, input: JSON.stringify(input) })
}
