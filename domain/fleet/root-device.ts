import { lineageOf, platformOf } from './graph.ts'
import type { Fleet } from './model.ts'

/** The root device of an upstream's AMIs: what a recipe has to call it, which is made before anybody sees an AMI. */

/** "Reserved for root": https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html */
export const rootDevices = ['/dev/xvda', '/dev/sda1'] as const

/**
 * What public parameters name, by how they begin, and the root of that operating system: for Amazon Linux, Bottlerocket and Windows
 * https://karpenter.sh/docs/concepts/nodeclasses/#specblockdevicemappings, for Ubuntu DescribeImages of Canonical's AMIs.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
 */
const publicParameters: readonly (readonly [prefix: RegExp, device: string])[] = [
  [/^\/aws\/service\/ami-amazon-linux-latest\//, '/dev/xvda'],
  [/^\/aws\/service\/ami-windows-latest\//, '/dev/sda1'],
  [/^\/aws\/service\/ecs\/optimized-ami\/amazon-linux/, '/dev/xvda'],
  [/^\/aws\/service\/eks\/optimized-ami\/[^/]+\/amazon-linux/, '/dev/xvda'],
  [/^\/aws\/service\/bottlerocket\//, '/dev/xvda'],
  [/^\/aws\/service\/canonical\//, '/dev/sda1'],
]

/**
 * The root device of the AMIs that an image descends from, where the fleet says it or its operating system does; undefined where
 * nobody knows. Total, also for a fleet whose names lead nowhere.
 */
export function rootDeviceOf(fleet: Fleet, image: string): string | undefined {
  const name = lineageOf(fleet, image).at(-1) ?? ''
  const upstream = Object.hasOwn(fleet.upstreams, name) ? fleet.upstreams[name] : undefined
  if (upstream?.rootDevice) return upstream.rootDevice
  const parameter = upstream?.parameter?.name ?? ''
  const [, known] = publicParameters.find(([prefix]) => prefix.test(parameter)) ?? []
  // Every Windows AMI of AWS has this one, and what is made of those has it too.
  return known ?? (platformOf(fleet, image) === 'Windows' ? '/dev/sda1' : undefined)
}
