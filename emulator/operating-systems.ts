/** What an operating system is on AWS, as far as its AMIs show it. */
interface OperatingSystem {
  /** The name of the root device of its AMIs. */
  root: '/dev/xvda' | '/dev/sda1'
  /** GiB of the root: a usual size, of which nothing depends. AMIs of one system differ. */
  size: number
  /** Further volumes. */
  others?: readonly { device: string; size: number }[]
  /** Where the devices are written, or were seen. */
  source: string
}

const blockDevices = 'karpenter.sh, docs/concepts/nodeclasses, spec.blockDeviceMappings'

/**
 * "Reserved for root: differs by AMI, /dev/sda1 or /dev/xvda".
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
 */
const systems = {
  'amazon-linux': {
    root: '/dev/xvda',
    size: 8,
    source: blockDevices,
  },
  bottlerocket: {
    root: '/dev/xvda',
    size: 2,
    others: [{ device: '/dev/xvdb', size: 20 }],
    source: `${blockDevices}; github.com/bottlerocket-os/bottlerocket, README, "Default Volumes"`,
  },
  ubuntu: { root: '/dev/sda1', size: 8, source: 'DescribeImages of ubuntu-noble-24.04-amd64, by Canonical' },
  'red-hat': { root: '/dev/sda1', size: 10, source: 'DescribeImages of RHEL-8.0.0_HVM-x86_64, by Red Hat' },
  fedora: { root: '/dev/sda1', size: 10, source: 'DescribeInstances of Fedora 40, by the Fedora Project' },
  windows: {
    root: '/dev/sda1',
    size: 30,
    source: 'EC2 User Guide, device_naming',
  },
} satisfies Record<string, OperatingSystem>

export type OperatingSystemName = keyof typeof systems

export const operatingSystems: Record<OperatingSystemName, OperatingSystem> = systems

export const operatingSystemNames = Object.keys(systems) as OperatingSystemName[]
