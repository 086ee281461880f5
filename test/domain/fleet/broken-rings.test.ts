import { describe, expect, it } from 'vitest'
import { type Edit, problemsAfter } from './broken.ts'

const alarm = "alarm: 'arn:aws:cloudwatch:us-west-2:222233334444:alarm:x'"

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'an account twice in a ring',
    [["'777788889999'", "'555566667777'"]],
    ["fleet.yaml:42:32: rings.everyone.accounts[1]: expected each once, found '555566667777' again"],
  ],
  [
    'an account and region in two rings',
    [["'777788889999'", "'222233334444'"]],
    [
      "fleet.yaml:42:32: rings.everyone.accounts[1]: expected an account and region in one ring only, found 222233334444 in us-west-2 in ring 'early' too",
    ],
  ],
  [
    'a region of another partition',
    [['us-east-1', 'cn-north-1']],
    [
      "fleet.yaml:40:26: rings.early.regions[1]: expected a region of partition aws, as the build region us-west-2 is, found 'cn-north-1' of aws-cn",
    ],
  ],
  [
    'a soak that is longer than CloudWatch remembers its alarm',
    [["['222233334444']", `['222233334444']\n    soak: 30d\n    ${alarm}`]],
    [
      'fleet.yaml:40:11: rings.early.soak: expected 28d at most where an alarm is asked after it, as CloudWatch forgets, found 30d',
    ],
  ],
  [
    'an approval that may take longer than CloudWatch remembers the alarm of the ring before',
    [
      ["['222233334444']", `['222233334444']\n    ${alarm}`],
      [
        "['555566667777', '777788889999']",
        "['555566667777', '777788889999']\n    approval: { approvers: ['arn:aws:iam::111122223333:role/a'], timeout: 30d }",
      ],
    ],
    [
      'fleet.yaml:44:75: rings.everyone.approval.timeout: expected 28d at most where an alarm is asked after it, as CloudWatch forgets, found 30d',
    ],
  ],
  [
    'a parameter without a slash',
    [["['222233334444']", "['222233334444']\n    parameter: images/{image}"]],
    ["fleet.yaml:40:16: rings.early.parameter: expected a parameter name that starts with '/', found 'images/{image}'"],
  ],
  [
    'a parameter that SSM keeps',
    [["['222233334444']", "['222233334444']\n    parameter: /aws/{image}"]],
    [
      "fleet.yaml:40:16: rings.early.parameter: expected a parameter name that does not start with /aws or /ssm, which SSM keeps, found '/aws/{image}'",
    ],
  ],
  [
    'a parameter for all images',
    [["['222233334444']", "['222233334444']\n    parameter: /images"]],
    [
      "fleet.yaml:40:16: rings.early.parameter: expected {image} in the parameter name, so that each image has its own, found '/images'",
    ],
  ],
  [
    'a parameter with an unknown placeholder',
    [["['222233334444']", "['222233334444']\n    parameter: '/images/{imge}'"]],
    [
      "fleet.yaml:40:16: rings.early.parameter: expected no placeholders but {fleet}, {image}, {ring}, found '{imge}', did you mean '{image}'?",
    ],
  ],
  [
    'a parameter with a space',
    [["['222233334444']", "['222233334444']\n    parameter: '/my images/{image}'"]],
    [
      "fleet.yaml:40:16: rings.early.parameter: expected a parameter name of at most 14 levels, of letters, digits and . - _: channels are one below it, found '/my images/{image}'",
    ],
  ],
  [
    'a key for a region that the ring has not',
    [
      [
        "['222233334444']",
        "['222233334444']\n    kmsKeys: { us-west-1: 'arn:aws:kms:us-west-1:{account}:alias/images' }",
      ],
    ],
    [
      "fleet.yaml:40:16: rings.early.kmsKeys.us-west-1: expected a region of this ring, found 'us-west-1', did you mean 'us-west-2'?",
    ],
  ],
  [
    'a key that AWS manages',
    [
      [
        "['222233334444']",
        "['222233334444']\n    kmsKeys: { us-west-2: 'arn:aws:kms:us-west-2:{account}:alias/aws/ebs' }",
      ],
    ],
    [
      "fleet.yaml:40:27: rings.early.kmsKeys.us-west-2: expected a customer managed key, as no other account can use what is encrypted with one that AWS manages, found 'arn:aws:kms:us-west-2:{account}:alias/aws/ebs': leave it out for the fleet's own key",
    ],
  ],
  [
    'a key of another region',
    [
      [
        "['222233334444']",
        "['222233334444']\n    kmsKeys: { us-west-2: 'arn:aws:kms:us-east-1:{account}:alias/images' }",
      ],
    ],
    ['fleet.yaml:40:27: rings.early.kmsKeys.us-west-2: expected a key in us-west-2, found one in us-east-1'],
  ],
]

describe('a fleet with broken rings', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})

it.each([
  ['a soak of 28 days with an alarm', `soak: 28d\n    ${alarm}`],
  ['a soak of 30 days without one', 'soak: 30d'],
])('%s is none', (_, text) => {
  expect(problemsAfter([["['222233334444']", `['222233334444']\n    ${text}`]])).toEqual([])
})
