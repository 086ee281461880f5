import { describe, expect, it } from 'vitest'
import { type Edit, problemsAfter } from './broken.ts'

const own = 'timeout: 90m'
const soe = "ami: { owner: '444455556666', name: soe-linux-* }"
const known: Edit = [soe, `rootDevice: /dev/xvda\n    ${soe}`]
const base = 'volumes: [{ device: /dev/xvda, size: 20 }]'
const root = (said: string): Edit[] => [known, [base, `root: ${said}`]]
const volume = (said: string): Edit[] => [[own, `volumes: [{ device: /dev/sdf, ${said} }]`]]
const windows = (said: string): Edit[] => [
  ['platform: Linux\n    ami', 'platform: Windows\n    ami'],
  ['[patch, agent]', '[iis]'],
  ['volumes: [{ device: /dev/xvda, size: 20 }]', said],
  ['platform: Linux\n    document', 'platform: Windows\n    document'],
  ['ExecuteBash', 'ExecutePowerShell'],
]
const publicParameter = (name: string): Edit => [soe, `parameter: { name: ${name} }`]
const al2023 = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'
const key = (region: string, account: string, name: string) => `"arn:aws:kms:${region}:${account}:${name}"`

describe('a fleet with broken volumes', () => {
  const cases: [what: string, edits: Edit[], problems: string[]][] = [
    ['a size below EBS’s', volume('size: 100, type: st1'), ['size: expected 125 to 16,000 GiB of type st1']],
    ['a size above EBS’s', volume('size: 2000, type: standard'), ['size: expected 1 to 1,024 GiB of type standard']],
    [
      'iops without size for them',
      volume('size: 10, type: io1, iops: 600'),
      ['iops: expected 500 at most of type io1 with 10 GiB, 50 for each'],
    ],
    ['iops below the least', volume('size: 10, iops: 2000'), ['iops: expected 3,000 to 64,000 of type gp3']],
    [
      'throughput without iops for it',
      volume('size: 10, throughput: 900'),
      ['throughput: expected 750 MiB/s at most with 3,000 iops, 0.25 for each'],
    ],
    [
      'no iops of a type that needs them',
      volume('size: 10, type: io2'),
      ['type: expected iops beside it: type io2 has none by itself'],
    ],
    [
      'something said of a volume that is left out',
      volume('omit: true, size: 8'),
      ["size: expected no size beside 'omit': there is no such volume"],
    ],
    [
      'a key of AWS',
      volume(`size: 8, kmsKey: ${key('us-west-2', '111122223333', 'alias/aws/ebs')}`),
      ['kmsKey: expected a key of yours: alias/aws/ebs is managed by AWS, and no other account can use it'],
    ],
    [
      'a key of another region',
      volume(`size: 8, kmsKey: ${key('us-east-1', '111122223333', 'alias/golden')}`),
      ['kmsKey: expected a key in us-west-2, where images are baked, found one in us-east-1'],
    ],
    [
      'a key of another account',
      volume(`size: 8, kmsKey: ${key('us-west-2', '222233334444', 'alias/golden')}`),
      ['kmsKey: expected a key of the build account 111122223333, found one of 222233334444'],
    ],
  ]
  it.each(cases)('%s', (_, edits, problems) =>
    expect(problemsAfter(edits)).toEqual(
      problems.map(
        (problem) =>
          expect.stringMatching(/^fleet\.yaml:36:\d+: images\.web\.volumes\[0\]\./) &&
          expect.stringContaining(`images.web.volumes[0].${problem}`),
      ),
    ),
  )

  const others: [what: string, edits: Edit[], problems: string[]][] = [
    [
      'a root that boots nothing',
      root('{ size: 125, type: st1 }'),
      ['fleet.yaml:31:30: images.base.root.type: expected a type that boots: no instance starts from type st1'],
    ],
    [
      'iops of a root of a type that nobody knows',
      root('{ iops: 4000 }'),
      [
        'fleet.yaml:31:19: images.base.root.iops: expected no iops alone, which needs a type beside it: what a volume takes depends on that',
      ],
    ],
    [
      'throughput of a root of a type that nobody knows',
      root('{ throughput: 200 }'),
      [
        'fleet.yaml:31:25: images.base.root.throughput: expected no throughput alone, which needs a type beside it: what a volume takes depends on that',
      ],
    ],
    [
      'a root of an unknown device',
      [[base, 'root: { size: 20 }']],
      [expect.stringContaining("fleet.yaml:30:5: images.base.root: expected 'rootDevice' in upstreams.linux-soe")],
    ],
    [
      'a root twice',
      [known, [base, `root: { size: 20 }\n    ${base}`]],
      ["fleet.yaml:32:25: images.base.volumes[0].device: expected the root once: 'root' says what '/dev/xvda' is"],
    ],
    [
      'another root than that of the upstream',
      [known, ['device: /dev/xvda', 'device: /dev/sda1']],
      [
        "fleet.yaml:31:25: images.base.volumes[0].device: expected /dev/xvda, the root device of the AMIs of 'linux-soe', or 'root' in place of this volume; '/dev/sda1' would be a second one",
      ],
    ],
    [
      'another root than that of Windows',
      windows('volumes: [{ device: /dev/xvda, size: 60 }]'),
      [
        "fleet.yaml:30:25: images.base.volumes[0].device: expected /dev/sda1, the root device of the AMIs of 'linux-soe', or 'root' in place of this volume; '/dev/xvda' would be a second one",
      ],
    ],
    [
      'another root than that of a public parameter',
      [publicParameter(al2023), ['device: /dev/xvda', 'device: /dev/sda1']],
      [expect.stringContaining('expected /dev/xvda, the root device of the AMIs')],
    ],
    [
      'a root that is left out',
      [known, [base, 'volumes: [{ device: /dev/xvda, omit: true }]']],
      ['fleet.yaml:31:36: images.base.volumes[0].omit: expected the root to stay: no instance starts without it'],
    ],
    [
      'a root from a snapshot',
      [known, [base, 'volumes: [{ device: /dev/xvda, snapshot: snap-0a1b2c3d }]']],
      ["fleet.yaml:31:36: images.base.volumes[0].snapshot: expected no snapshot: what is on the root is the parent's"],
    ],
    [
      'a root smaller than the one above',
      [known, [own, 'root: { size: 10 }']],
      ["fleet.yaml:37:19: images.web.root.size: expected 20 GiB at least, as 'base' has, found 10"],
    ],
    [
      'a volume smaller than the one above',
      [known, [base, 'volumes: [{ device: /dev/sdf, size: 30 }]'], [own, 'volumes: [{ device: /dev/sdf, size: 10 }]']],
      ["fleet.yaml:37:41: images.web.volumes[0].size: expected 30 GiB at least, as 'base' has, found 10"],
    ],
    [
      'a smaller volume of another snapshot, which is fine',
      [
        known,
        [base, 'volumes: [{ device: /dev/sdf, size: 30 }]'],
        [own, 'volumes: [{ device: /dev/sdf, size: 10, snapshot: snap-0a1b2c3d }]'],
      ],
      [],
    ],
    [
      "the fleet's own key",
      [[own, `volumes: [{ device: /dev/sdf, size: 8, kmsKey: 'arn:aws:kms:us-west-2:111122223333:alias/acme' }]`]],
      [
        "fleet.yaml:36:52: images.web.volumes[0].kmsKey: expected another key than the fleet's own, which alias/acme is: leave it out",
      ],
    ],
    [
      'one device under two names',
      [[own, 'volumes: [{ device: /dev/sdf, size: 8 }, { device: /dev/xvdf, size: 8 }]']],
      [
        "fleet.yaml:36:56: images.web.volumes[1].device: expected each device once, found '/dev/xvdf', which is '/dev/sdf' to the system",
      ],
    ],
    [
      'a device with a number',
      [[own, 'volumes: [{ device: /dev/sdf1, size: 8 }]']],
      [
        "fleet.yaml:36:25: images.web.volumes[0].device: expected a device name without a number, as AMIs of current instances have them, such as /dev/sdf, found '/dev/sdf1'",
      ],
    ],
    [
      'a device that Windows has not',
      windows('volumes: [{ device: /dev/sdf, size: 8 }]'),
      [
        "fleet.yaml:30:25: images.base.volumes[0].device: expected a device name of Windows, xvdb to xvdz or /dev/sdb to /dev/sde, found '/dev/sdf'",
      ],
    ],
  ]
  it.each(others)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})

describe('takes', () => {
  const cases: [what: string, edits: Edit[]][] = [
    ['no word of the root of a public parameter', [publicParameter(al2023), [`    ${base}\n`, '']]],
    ['no word of the root of Windows', windows('tests: true')],
    ['a root without a device', root('{ size: 40, type: gp3, iops: 6000, throughput: 500 }')],
    ['every limit itself', volume('size: 125, type: st1')],
    ['as many iops as there is room for', volume('size: 10, type: io1, iops: 500')],
    ['as much throughput as there are iops for', volume('size: 10, iops: 4000, throughput: 1000')],
    ['a volume of the parent as it is', [[own, 'volumes: [{ device: /dev/sdb }]']]],
    [
      'a volume of a snapshot, with a key of its own, that stays',
      volume(
        `snapshot: snap-0a1b2c3d, deleteOnTermination: false, kmsKey: ${key('us-west-2', '111122223333', 'key/1a2b')}`,
      ),
    ],
  ]
  it.each(cases)('%s', (_, edits) => expect(problemsAfter(edits)).toEqual([]))
})
