/** What an operating system is on AWS, as far as its AMIs show it. */
interface OperatingSystem {
  /** The name of the root device of its AMIs. */
  root: '/dev/xvda' | '/dev/sda1'
  /** Where that is written, or was seen. */
  source: string
}

const deviceNames = 'EC2 User Guide, device_naming'
const blockDevices = 'karpenter.sh, docs/concepts/nodeclasses, spec.blockDeviceMappings'

/**
 * "Reserved for root: differs by AMI, /dev/sda1 or /dev/xvda".
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
 */
export const operatingSystems = {
  'amazon-linux': { root: '/dev/xvda', source: blockDevices },
  bottlerocket: { root: '/dev/xvda', source: blockDevices },
  ubuntu: { root: '/dev/sda1', source: 'DescribeImages of ubuntu-noble-24.04-amd64, by Canonical' },
  'red-hat': { root: '/dev/sda1', source: 'DescribeImages of RHEL-8.0.0_HVM-x86_64, by Red Hat' },
  fedora: { root: '/dev/sda1', source: 'DescribeInstances of Fedora 40, by the Fedora Project' },
  windows: { root: '/dev/sda1', source: deviceNames },
} satisfies Record<string, OperatingSystem>

export type OperatingSystemName = keyof typeof operatingSystems

export const operatingSystemNames = Object.keys(operatingSystems) as OperatingSystemName[]
