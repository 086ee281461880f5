import { describe, expect, it } from 'vitest'
import { type Edit, problemsAfter } from './broken.ts'

const arm = "ami: { owner: '444455556666', name: soe-arm-*, architecture: arm64 }"
/** No image descends from arm-soe, so it can be anything; in line 8. */
const upstream = (text: string): Edit[] => [[arm, text]]
const loop = 'every campaign would set off another'

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'no kind',
    upstream('platform: Linux'),
    ['fleet.yaml:7:3: upstreams.arm-soe: expected one of ami, parameter, image, event, found none of them'],
  ],
  [
    'two kinds',
    upstream(`${arm}\n    parameter: { name: /soe/arm }`),
    ['fleet.yaml:7:3: upstreams.arm-soe: expected one of ami, parameter, image, event, found ami and parameter'],
  ],
  [
    'a parameter name that SSM does not allow',
    upstream('parameter: { name: /soe/al 2023 }'),
    [
      "fleet.yaml:8:24: upstreams.arm-soe.parameter.name: expected the name of an SSM parameter, such as /soe/al2023, found '/soe/al 2023'",
    ],
  ],
  [
    'announcements from another partition',
    upstream("parameter: { name: /soe/arm, announcements: 'arn:aws-cn:sns:cn-north-1:444455556666:soe' }"),
    [
      'fleet.yaml:8:49: upstreams.arm-soe.parameter.announcements: expected a topic of partition aws, as the build region us-west-2 is, found one in cn-north-1 of aws-cn',
    ],
  ],
  [
    'announcements from a region that is not of their partition',
    upstream("parameter: { name: /soe/arm, announcements: 'arn:aws:sns:cn-north-1:444455556666:soe' }"),
    [
      'fleet.yaml:8:49: upstreams.arm-soe.parameter.announcements: expected a topic of partition aws, as the build region us-west-2 is, found one in cn-north-1 of aws',
    ],
  ],
  [
    'announcements from nowhere',
    upstream("parameter: { name: /soe/arm, announcements: 'arn:aws:sns:us-east-11:444455556666:soe' }"),
    [
      "fleet.yaml:8:49: upstreams.arm-soe.parameter.announcements: expected a topic in an AWS region, found one in 'us-east-11'",
    ],
  ],
  [
    'announcements of AMIs by name',
    upstream("ami: { owner: '444455556666', name: soe-*, announcements: x }"),
    ["fleet.yaml:8:48: upstreams.arm-soe.ami: unknown key 'announcements': expected one of owner, name, architecture"],
  ],

  [
    'an image of this fleet',
    upstream('image: { name: acme-base }'),
    [
      `fleet.yaml:8:20: upstreams.arm-soe.image.name: expected an image that is not of this fleet, found 'base' of this fleet: ${loop}`,
    ],
  ],
  [
    'a pointer of this fleet',
    upstream('parameter: { name: /acme/images/base/stable }'),
    [
      `fleet.yaml:8:24: upstreams.arm-soe.parameter.name: expected a parameter that this fleet does not write, found one that it keeps its pointers under: ${loop}`,
    ],
  ],
  [
    'a pointer of this fleet, by account',
    upstream("parameter: { account: '111122223333', name: /acme/images/gone/candidate }"),
    [
      `fleet.yaml:8:49: upstreams.arm-soe.parameter.name: expected a parameter that this fleet does not write, found one that it keeps its pointers under: ${loop}`,
    ],
  ],
  [
    'what a ring publishes',
    upstream("parameter: { account: '777788889999', name: /golden-images/web }"),
    [
      `fleet.yaml:8:49: upstreams.arm-soe.parameter.name: expected a parameter that this fleet does not write, found one that it writes for 'web' in ring 'everyone': ${loop}`,
    ],
  ],
  [
    'what a ring publishes, by placeholders',
    [
      ...upstream("parameter: { account: '222233334444', name: /acme/early/base }"),
      ["['222233334444']", "['222233334444']\n    parameter: '/{fleet}/{ring}/{image}'"],
    ],
    [
      `fleet.yaml:8:49: upstreams.arm-soe.parameter.name: expected a parameter that this fleet does not write, found one that it writes for 'base' in ring 'early': ${loop}`,
    ],
  ],
  [
    'AMIs that this fleet bakes',
    upstream("ami: { owner: '111122223333', name: acme-* }"),
    [
      `fleet.yaml:8:41: upstreams.arm-soe.ami.name: expected a name that no AMI of this fleet has, found 'acme-*', which fits those of 'base' in account 111122223333: ${loop}`,
    ],
  ],
  [
    'AMIs that this fleet copies to a ring',
    upstream("ami: { owner: '555566667777', name: 'acme-web 20??-*' }"),
    [
      `fleet.yaml:8:41: upstreams.arm-soe.ami.name: expected a name that no AMI of this fleet has, found 'acme-web 20??-*', which fits those of 'web' in account 555566667777: ${loop}`,
    ],
  ],
]

describe('a fleet with broken upstreams', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})

it.each([
  ['a parameter of the build account', 'parameter: { name: /soe/arm, architecture: arm64 }'],
  ['a parameter beside the pointers', 'parameter: { name: /acme/imagesets/base }'],
  [
    "another account's parameter of a pointer's name",
    "parameter: { account: '444455556666', name: /acme/images/base/stable }",
  ],
  [
    "a parameter of a ring's account that the ring does not write",
    "parameter: { account: '777788889999', name: /golden-images/other }",
  ],
  [
    "another account's parameter of the name that rings write",
    "parameter: { account: '444455556666', name: /golden-images/web }",
  ],
  [
    'a public parameter',
    'parameter: { name: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64, architecture: arm64 }',
  ],
  [
    'a parameter with announcements',
    "parameter: { name: /soe/arm, announcements: 'arn:aws:sns:us-east-1:137112412989:amazon-linux-2023-ami-updates' }",
  ],
  ['an image of another fleet', 'image: { name: other-base }'],
  ["an image whose name begins as the fleet's do", 'image: { name: acme-base-soe }'],
  ['AMIs of the build account by another name', "ami: { owner: '111122223333', name: soe-* }"],
  [
    "AMIs of the build account whose name begins as an image's does",
    "ami: { owner: '111122223333', name: acme-base-soe-* }",
  ],
  ["AMIs of another account by the fleet's names", "ami: { owner: '444455556666', name: acme-base * }"],
  ['events', "event: { account: '444455556666', owner: amazon, emergencies: true }"],
] as [string, string][])('takes %s', (_, text) => expect(problemsAfter(upstream(text))).toEqual([]))

it('takes what a ring writes in another region only', () => {
  const edits: Edit[] = [
    ...upstream("parameter: { account: '777788889999', name: /golden-images/web }"),
    ['    regions: [us-west-2]\n', '    regions: [us-east-1]\n'],
  ]
  expect(problemsAfter(edits)).toEqual([])
})
