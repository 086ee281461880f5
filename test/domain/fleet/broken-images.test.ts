import { describe, expect, it } from 'vitest'
import { type Edit, problemsAfter } from './broken.ts'

const nameRoot =
  "expected 'rootDevice' in upstreams.linux-soe, the root device of its AMIs, which `aws ec2 describe-images --image-ids AMI --query 'Images[].RootDeviceName'` shows"

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'a Windows component in a Linux image',
    [['[patch, agent]', '[patch, iis]']],
    [
      "fleet.yaml:29:25: images.base.components[1]: expected a component for Linux, the system of this image, found 'iis' for Windows",
    ],
  ],
  [
    'an Arm parent and Intel instances',
    [['parent: linux-soe', 'parent: arm-soe']],
    [
      "fleet.yaml:28:21: images.base.infrastructure: expected arm64 instance types, as the AMIs of 'arm-soe' are, found 'small' with m7i.large",
      "fleet.yaml:33:21: images.web.infrastructure: expected arm64 instance types, as the AMIs of 'arm-soe' are, found 'small' with m7i.large",
    ],
  ],
  [
    'an Intel parent and Arm instances',
    [['    infrastructure: small\n    components: [', '    infrastructure: graviton\n    components: [']],
    [
      "fleet.yaml:28:21: images.base.infrastructure: expected x86_64 instance types, as the AMIs of 'linux-soe' are, found 'graviton' with c7gn.large",
    ],
  ],
  [
    'an architecture that the upstream has not',
    [['timeout: 90m', 'checks: { ami: { architecture: arm64 } }']],
    [
      "fleet.yaml:36:36: images.web.checks.ami.architecture: expected x86_64, as the AMIs of 'linux-soe' are, found 'arm64'",
    ],
  ],
  [
    'a root that nobody names: what is below it has the same cause',
    [['    volumes: [{ device: /dev/xvda, size: 20 }]\n', '']],
    [
      `fleet.yaml:26:3: images.base: ${nameRoot}: otherwise no recipe can name the root, the fleet's key does not encrypt it, and it reaches no other account`,
    ],
  ],
  [
    'a volume that is no root',
    [['device: /dev/xvda, size: 20', 'device: /dev/sdf, size: 20']],
    [
      `fleet.yaml:26:3: images.base: ${nameRoot}: otherwise no recipe can name the root, the fleet's key does not encrypt it, and it reaches no other account`,
    ],
  ],
  [
    'two roots of one upstream',
    [['timeout: 90m', 'volumes: [{ device: /dev/sda1, size: 8 }]']],
    [
      "fleet.yaml:36:25: images.web.volumes[0].device: expected /dev/xvda, the root that 'base' names: the AMIs of 'linux-soe' have one, found '/dev/sda1'",
    ],
  ],
  [
    'a volume twice',
    [['timeout: 90m', 'volumes: [{ device: /dev/xvda, size: 20 }, { device: /dev/xvda, size: 21 }]']],
    ["fleet.yaml:36:58: images.web.volumes[1].device: expected each device once, found '/dev/xvda' again"],
  ],
  [
    'iops where there are none',
    [['timeout: 90m', 'volumes: [{ device: /dev/xvda, size: 20, type: gp2, iops: 3000 }]']],
    ['fleet.yaml:36:63: images.web.volumes[0].iops: expected no iops: type gp2 has none to set'],
  ],
  [
    'throughput where there is none',
    [['timeout: 90m', 'volumes: [{ device: /dev/xvda, size: 20, type: io2, iops: 500, throughput: 200 }]']],
    ['fleet.yaml:36:80: images.web.volumes[0].throughput: expected no throughput: only type gp3 has one to set'],
  ],
  [
    'a timeout below the estimate',
    [['timeout: 90m', 'timeout: 90m\n    estimate: 100m']],
    ['fleet.yaml:36:14: images.web.timeout: expected at least the estimate, 100m, found 90m'],
  ],
  [
    'a timeout below the default estimate',
    [['timeout: 90m', 'timeout: 30m']],
    ['fleet.yaml:36:14: images.web.timeout: expected at least the estimate, 40m, found 30m'],
  ],
  [
    'an estimate above the default timeout',
    [['timeout: 90m', 'estimate: 3h']],
    ['fleet.yaml:36:15: images.web.estimate: expected at most the timeout, 2h by default, found 3h'],
  ],
]

it('takes an image without a root that stays in the build account', () => {
  const edits: Edit[] = [
    ['    volumes: [{ device: /dev/xvda, size: 20 }]\n', '    rings: [own]\n'],
    ['    timeout: 90m\n', '    rings: [own]\n'],
    ['rings:\n  early:', "rings:\n  own: { accounts: ['111122223333'], regions: [us-west-2] }\n  early:"],
  ]
  expect(problemsAfter(edits)).toEqual([])
})

describe('a fleet with broken images', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})
