import { describe, expect, it } from 'vitest'
import { type Edit, problemsAfter } from './broken.ts'

const accounts = "accounts: ['555566667777', '777788889999']"
const org: Edit = ['upstreams:', 'organization: o-exampleorgid\nupstreams:']
const everyone = (text: string): Edit => [accounts, text]
const also = (text: string): Edit => [accounts, `${accounts}\n    ${text}`]

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'a ring of nobody',
    [everyone('soak: 1h')],
    ["fleet.yaml:41:3: rings.everyone: expected 'accounts', 'organizationalUnits' or 'organization: true', found none"],
  ],
  [
    'units of an organization that the fleet does not name',
    [everyone('organizationalUnits: [ou-exam-workload1]')],
    [
      "fleet.yaml:42:5: rings.everyone.organizationalUnits: expected the fleet's 'organization' beside it: whose accounts these are",
    ],
  ],
  [
    'the whole organization, and accounts of another ring',
    [org, everyone('organization: true')],
    [
      "fleet.yaml:43:5: rings.everyone.organization: expected 'except' to leave out 222233334444 of ring 'early': an account is in one ring only",
    ],
  ],
  [
    'the whole organization, and units of it',
    [org, everyone("organization: true\n    except: ['222233334444']\n    organizationalUnits: [ou-exam-workload1]")],
    ["fleet.yaml:45:5: rings.everyone.organizationalUnits: expected none: 'organization: true' has all of them"],
  ],
  [
    'an exception to what is listed',
    [also("except: ['111122223333']")],
    ['fleet.yaml:43:5: rings.everyone.except: expected it where accounts are not listed one by one'],
  ],
  [
    'an account that is listed and left out',
    [org, also("organizationalUnits: [ou-exam-workload1]\n    except: ['777788889999']")],
    ['fleet.yaml:45:14: rings.everyone.except[0]: expected an account that the ring does not list, found 777788889999'],
  ],
  [
    'sharing what a key of another account encrypts, with tags that nobody sees',
    [
      [
        'regions: [us-west-2, us-east-1]',
        'regions: [us-west-2, us-east-1]\n    mode: share\n    kmsKeys: { us-west-2: arn:aws:kms:us-west-2:222233334444:key/abc }\n    tags: { stage: early }',
      ],
    ],
    [
      'fleet.yaml:42:27: rings.early.kmsKeys.us-west-2: expected a key of the build account 111122223333, which owns what is shared, found one of 222233334444',
      'fleet.yaml:43:5: rings.early.tags: expected none: the tags of a shared AMI are seen by its owner only',
    ],
  ],
  [
    'an alarm that nobody may ask',
    [also('alarm: arn:aws:cloudwatch:us-west-2:999988887777:alarm:errors')],
    [
      'fleet.yaml:43:12: rings.everyone.alarm: expected an alarm of the build account or of an account of this ring, found one of 999988887777',
    ],
  ],
  [
    'a launch template with an unknown placeholder, and one for an image that is not there',
    [also("launchTemplates: ['{imag}', { name: web, images: [wob] }]")],
    [
      "fleet.yaml:43:23: rings.everyone.launchTemplates[0]: expected no placeholders but {fleet}, {image}, {ring}, found '{imag}', did you mean '{image}'?",
      "fleet.yaml:43:55: rings.everyone.launchTemplates[1].images[0]: expected an image of this fleet, found 'wob', did you mean 'web'?",
    ],
  ],
  [
    'approvers that nobody can tell by their sessions',
    [also("approval: { approvers: ['arn:aws:iam::111122223333:role/aws-reserved/managers-*'] }")],
    [
      "fleet.yaml:43:29: rings.everyone.approval.approvers[0]: expected a role without its path where its name has a *, as the sessions of a role do not tell its path, found 'arn:aws:iam::111122223333:role/aws-reserved/managers-*'",
    ],
  ],
  [
    'an approver who is nobody',
    [also('approval: { approvers: [alice] }')],
    ["fleet.yaml:43:29: rings.everyone.approval.approvers[0]: expected the ARN of an IAM role or user, found 'alice'"],
  ],
]

describe('rings that lead nowhere', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})
