import { describe, expect, it } from 'vitest'
import { type Edit, many, problemsAfter } from './broken.ts'

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'a section that is a list',
    [
      ['  base:\n    parent: linux-soe\n', '  - base\n  - web\n'],
      [
        "    infrastructure: small\n    components: [patch, agent]\n    volumes: [{ device: /dev/xvda, size: 20 }]\n  web:\n    parent: base\n    infrastructure: small\n    components:\n      - { component: app, parameters: { Version: '1.10' } }\n    timeout: 90m\n",
        '',
      ],
    ],
    ['fleet.yaml:26:3: images: expected images by name, found a list'],
  ],
  [
    'an unknown key at the top',
    [['notify:', 'notifications:']],
    [
      "fleet.yaml:44:1: unknown key 'notifications': expected one of name, build, organization, concurrentBakes, supersede, poll, freshness, upstreams, network, infrastructure, components, workflows, images, rings, patchCycles, freezes, cves, retirement, waivers, notify",
    ],
  ],
  [
    'an unknown key near a missing one',
    [['    parent: base', '    parrent: base']],
    ["fleet.yaml:32:5: images.web: unknown key 'parrent', did you mean 'parent'?"],
  ],
  [
    'an unknown key near nothing',
    [['    timeout: 90m', '    colour: blue']],
    [
      "fleet.yaml:36:5: images.web: unknown key 'colour': expected one of description, parent, pipeline, componentUpdates, infrastructure, components, workflows, root, volumes, workingDirectory, tags, tests, scanning, timeout, estimate, freshness, rings, checks, window",
    ],
  ],
  [
    'several architectures of one image',
    [
      ['    parent: base', '    parent: [linux-soe, arm-soe]'],
      ['    timeout: 90m', '    architectures: [x86_64, arm64]'],
    ],
    [
      'fleet.yaml:32:13: images.web.parent: expected the name of an upstream or an image, found a list; an image has one architecture, that of its parent: write one image for each',
      "fleet.yaml:36:5: images.web: unknown key 'architectures'; an image has one architecture, that of its parent: write one image for each",
    ],
  ],
  [
    'a Mac',
    [
      ['    platform: Linux\n', '    platform: macOS\n'],
      ['architecture: arm64', 'architecture: arm64_mac'],
    ],
    [
      "fleet.yaml:5:15: upstreams.linux-soe.platform: expected one of Linux, Windows, found 'macOS'; macOS is not supported, as EC2 runs it only on dedicated hosts, each allocated for 24 hours or more",
      "fleet.yaml:8:66: upstreams.arm-soe.ami.architecture: expected one of x86_64, arm64, found 'arm64_mac'; macOS is not supported, as EC2 runs it only on dedicated hosts, each allocated for 24 hours or more",
    ],
  ],
  [
    'a missing key',
    [['    parent: base\n', '']],
    ["fleet.yaml:31:3: images.web: the key 'parent' is missing: expected the name of an upstream or an image"],
  ],
  [
    'a missing section',
    [['rings:', 'notify2:']],
    [
      "fleet.yaml:1:1: the key 'rings' is missing: expected rings by name",
      "fleet.yaml:37:1: unknown key 'notify2', did you mean 'notify'?",
    ],
  ],
  [
    'text for a number',
    [['notify:', 'concurrentBakes: many\nnotify:']],
    ["fleet.yaml:44:18: concurrentBakes: expected a whole number from 1 to 100, found 'many'"],
  ],
  [
    'a number out of bounds',
    [['notify:', 'concurrentBakes: 500\nnotify:']],
    ['fleet.yaml:44:18: concurrentBakes: expected a whole number from 1 to 100, found the number 500'],
  ],
  [
    'yes for true',
    [['    timeout: 90m', '    tests: yes']],
    ["fleet.yaml:36:12: images.web.tests: expected true or false, found 'yes'"],
  ],
  [
    'a bare list item for a list',
    [["['222233334444']", "'222233334444'"]],
    ["fleet.yaml:39:15: rings.early.accounts: expected a list of accounts, found '222233334444'"],
  ],
  [
    'nothing for a mapping',
    [[' { email: [team@example.com] }', '']],
    ['fleet.yaml:44:1: notify: expected a mapping of keys to values, found nothing'],
  ],
  [
    'an empty list',
    [["['222233334444']", '[]']],
    ["fleet.yaml:38:3: rings.early: expected 'accounts', 'organizationalUnits' or 'organization: true', found none"],
  ],
  [
    'no regions',
    [['[us-west-2, us-east-1]', '[]']],
    ['fleet.yaml:40:14: rings.early.regions: expected at least one region, found none'],
  ],
  [
    'a fleet name that is too long',
    [['name: acme', 'name: acme-platform-engineering']],
    [
      "fleet.yaml:1:7: name: expected a fleet name of 2 to 20 lower-case letters, digits and hyphens, found 'acme-platform-engineering'",
    ],
  ],
  [
    'a fleet name that SSM keeps',
    [['name: acme', 'name: aws-images']],
    [
      "fleet.yaml:1:7: name: expected a fleet name that does not start with aws or ssm, which SSM keeps, found 'aws-images'",
    ],
  ],
  [
    'an image name with capitals',
    [['  web:\n', '  WebServer:\n']],
    [
      "fleet.yaml:31:3: images: expected a name of lower-case letters, digits and single hyphens, found 'WebServer', did you mean 'web-server'?",
    ],
  ],
  [
    'an image name that is too long',
    [['  web:\n', `  ${'long-'.repeat(9)}er:\n`]],
    [
      "fleet.yaml:31:3: images: expected a name of 2 to 40 characters, found 'long-long-long-long-long-long-long-long-long-er'",
    ],
  ],
  [
    'a name that JavaScript keeps',
    [['  web:\n', '  constructor:\n']],
    ["fleet.yaml:31:3: images: expected a name that is not reserved, found 'constructor'"],
  ],
  [
    'a parameter name that JavaScript keeps',
    [["{ Version: '1.10' }", "{ Version: '1.10', __proto__: x }"]],
    ["fleet.yaml:35:58: images.web.components[0].parameters: expected a name that is not reserved, found '__proto__'"],
  ],
  [
    'an account id without quotes',
    [["account: '111122223333'", 'account: 011122223333']],
    [
      "fleet.yaml:2:19: build.account: expected an AWS account id in quotes, such as '111122223333', found the number 011122223333: write it in quotes, '011122223333'",
    ],
  ],
  [
    'an account id in a list without quotes',
    [["'777788889999'", '777788889999']],
    [
      "fleet.yaml:42:32: rings.everyone.accounts[1]: expected an AWS account id in quotes, such as '111122223333', found the number 777788889999: write it in quotes, '777788889999'",
    ],
  ],
  [
    'an account id of 11 digits',
    [["'222233334444'", "'22223333444'"]],
    ["fleet.yaml:39:16: rings.early.accounts[0]: expected an AWS account id of 12 digits, found '22223333444'"],
  ],
  [
    'a region that does not exist',
    [['us-east-1', 'us-eest-1']],
    ["fleet.yaml:40:26: rings.early.regions[1]: expected an AWS region, found 'us-eest-1', did you mean 'us-east-1'?"],
  ],
  [
    'a region nothing like one',
    [['us-east-1', 'mars']],
    ["fleet.yaml:40:26: rings.early.regions[1]: expected an AWS region, found 'mars'"],
  ],
  [
    'a duration without a unit',
    [['timeout: 90m', 'timeout: 90']],
    ["fleet.yaml:36:14: images.web.timeout: expected a duration such as '45m', '2h' or '7d', found the number 90"],
  ],
  [
    'a duration that is none',
    [['timeout: 90m', 'timeout: soon']],
    ["fleet.yaml:36:14: images.web.timeout: expected a duration such as '45m', '2h' or '7d', found 'soon'"],
  ],
  [
    'a promise that nobody could keep',
    [['timeout: 90m', 'freshness: 12h']],
    ["fleet.yaml:36:16: images.web.freshness: expected a duration from 1d to 365d, found '12h'"],
  ],
  [
    'a duration that is too long',
    [['timeout: 90m', 'timeout: 90d']],
    ["fleet.yaml:36:14: images.web.timeout: expected a duration from 10m to 24h, found '90d'"],
  ],
  [
    'a parameter that is a number',
    [["Version: '1.10'", 'Version: 1.10']],
    [
      "fleet.yaml:35:50: images.web.components[0].parameters.Version: expected text, found the number 1.10: write it in quotes, '1.10'",
    ],
  ],
  [
    'an enumeration',
    [
      [
        '{ email: [team@example.com] }',
        '{ email: [team@example.com] }\nnetwork: { vpc: vpc-12345678, subnets: [subnet-12345678], securityGroups: [sg-12345678], endpoints: creat }',
      ],
    ],
    ["fleet.yaml:45:101: network.endpoints: expected one of create, list, found 'creat', did you mean 'create'?"],
  ],
  [
    'a VPC id',
    [
      [
        '{ email: [team@example.com] }',
        '{ email: [team@example.com] }\nnetwork: { vpc: my-vpc, subnets: [subnet-12345678], securityGroups: [sg-12345678] }',
      ],
    ],
    ["fleet.yaml:45:17: network.vpc: expected a VPC id such as vpc-0a1b2c3d4e5f67890, found 'my-vpc'"],
  ],
  [
    'one subnet, as it was written once',
    [
      [
        '{ email: [team@example.com] }',
        '{ email: [team@example.com] }\nnetwork: { vpc: vpc-12345678, subnet: subnet-12345678, securityGroups: [sg-12345678] }',
      ],
    ],
    ["fleet.yaml:45:31: network: unknown key 'subnet', did you mean 'subnets'?"],
  ],
  [
    'a subnet without a security group',
    [
      [
        '{ email: [team@example.com] }',
        '{ email: [team@example.com] }\nnetwork: { vpc: vpc-12345678, subnets: [{ subnet: subnet-12345678, securityGroups: [sg-12345678] }, subnet-12345679] }',
      ],
    ],
    [
      'fleet.yaml:45:101: network.subnets[1]: expected a subnet with securityGroups of its own, as the network has none for all of its subnets, found none',
    ],
  ],
  [
    'a subnet twice',
    [
      [
        '{ email: [team@example.com] }',
        '{ email: [team@example.com] }\nnetwork: { vpc: vpc-12345678, subnets: [subnet-12345678, { subnet: subnet-12345678 }], securityGroups: [sg-12345678] }',
      ],
    ],
    ["fleet.yaml:45:58: network.subnets[1]: expected each once, found 'subnet-12345678' again"],
  ],
  [
    'no subnet',
    [
      [
        '{ email: [team@example.com] }',
        '{ email: [team@example.com] }\nnetwork: { vpc: vpc-12345678, subnets: [], securityGroups: [sg-12345678] }',
      ],
    ],
    ['fleet.yaml:45:40: network.subnets: expected at least one subnet, found none'],
  ],
  [
    'a subnet of an infrastructure without a security group',
    [
      [
        'instanceTypes: [m7i.large]',
        'instanceTypes: [m7i.large], network: { vpc: vpc-12345678, subnets: [subnet-12345678] }',
      ],
    ],
    [
      'fleet.yaml:10:80: infrastructure.small.network.subnets[0]: expected a subnet with securityGroups of its own, as the network has none for all of its subnets, found none',
    ],
  ],
  [
    'an email address',
    [['team@example.com', 'team']],
    ["fleet.yaml:44:19: notify.email[0]: expected an email address, found 'team'"],
  ],
  [
    'an organization id',
    [['notify:', 'organization: acme\nnotify:']],
    ["fleet.yaml:44:15: organization: expected an organization id such as o-exampleorgid, found 'acme'"],
  ],
  [
    'more than 20 components',
    [['[patch, agent]', many(21, () => 'agent')]],
    ['fleet.yaml:29:17: images.base.components: expected at most 20 components, the limit of Image Builder, found 21'],
  ],
  [
    'no components',
    [['[patch, agent]', '[]']],
    ["fleet.yaml:26:3: images.base: expected 'components', or the 'pipeline' that bakes it, found none of them"],
  ],
  [
    'a component by neither form',
    [['[patch, agent]', '[patch, 7]']],
    [
      "fleet.yaml:29:25: images.base.components[1]: expected the name of a component, found the number 7: write it in quotes, '7'",
    ],
  ],
  [
    'a component ARN',
    [['arn:aws:imagebuilder:us-west-2:aws:component/agent-linux/x.x.x', 'agent-linux']],
    [
      "fleet.yaml:15:17: components.agent.arn: expected the ARN of an Image Builder component, such as arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x, found 'agent-linux'",
    ],
  ],
  [
    'an instance type',
    [['m7i.large', 'large']],
    [
      "fleet.yaml:10:28: infrastructure.small.instanceTypes[0]: expected an EC2 instance type such as m7i.large, found 'large'",
    ],
  ],
  [
    'a KMS key that is a bare id',
    [["['222233334444']", "['222233334444']\n    kmsKeys: { us-west-2: 1234abcd-12ab-34cd-56ef-1234567890ab }"]],
    [
      "fleet.yaml:40:27: rings.early.kmsKeys.us-west-2: expected the ARN of a KMS key or alias, as a bare id means nothing in another account, found '1234abcd-12ab-34cd-56ef-1234567890ab'",
    ],
  ],
]

describe('a fleet whose parts have the wrong shape', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})
