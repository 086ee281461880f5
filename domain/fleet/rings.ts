import * as v from 'valibot'
import { Window } from './timing.ts'
import {
  account,
  atLeastOne,
  describe,
  duration,
  flag,
  listOf,
  matching,
  object,
  oneOf,
  reference,
  region,
  tags,
  text,
} from './values.ts'

/** Where images go: accounts and regions, how they get there, and what must happen before and after. */

const LaunchTemplate = object({
  name: v.pipe(text, describe('It exists in every target; {fleet}, {image} and {ring} stand for names')),
  images: v.pipe(v.exactOptional(atLeastOne(reference('an image'), 'image')), describe('Default: all of them')),
  default: v.pipe(v.optional(flag, true), describe('The new version becomes its default version')),
})

const LaunchTemplateName = v.pipe(
  text,
  v.transform((name): v.InferOutput<typeof LaunchTemplate> => ({ name, default: true })),
)

const Approval = object({
  approvers: v.pipe(
    atLeastOne(
      matching(/^arn:aws[^:]*:iam::\d{12}:(role|user)\/[\w+=,.@/*-]+$/, 'the ARN of an IAM role or user'),
      'approver',
    ),
    describe('IAM roles and users who may approve'),
  ),
  timeout: v.pipe(v.optional(duration('1h', '30d'), '2d'), describe('After that it is rejected')),
})

export const Ring = object({
  accounts: v.pipe(v.optional(v.array(account, 'a list of accounts'), []), describe('Account ids')),
  organizationalUnits: v.pipe(
    v.optional(
      listOf(matching(/^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$/, 'an organizational unit id such as ou-exam-example1')),
      [],
    ),
    describe('All active accounts below them, as they are when a roll-out begins'),
  ),
  organization: v.pipe(v.optional(flag, false), describe("All active accounts of the fleet's organization")),
  except: v.pipe(v.optional(listOf(account), []), describe('Accounts that are left out')),
  regions: atLeastOne(region, 'region'),
  mode: v.pipe(
    v.optional(oneOf(['copy', 'share']), 'copy'),
    describe('copy: every account owns its copy; share: they may launch from the copy of the build account'),
  ),
  parameter: v.pipe(
    v.optional(text, '/golden-images/{image}'),
    describe(
      'The SSM parameter that points to the AMI, with the channels candidate, stable and previous below it; {fleet}, {image} and {ring} stand for names',
    ),
  ),
  launchTemplates: v.pipe(
    v.optional(listOf(v.union([LaunchTemplateName, LaunchTemplate])), []),
    describe('Launch templates of the targets that get a version with the AMI'),
  ),
  tags: v.pipe(v.optional(tags, {}), describe('Further tags of the copies')),
  licenses: v.pipe(
    v.optional(
      listOf(
        matching(
          /^arn:aws[^:]*:license-manager:[a-z0-9-]+:\d{12}:license-configuration:lic-[0-9a-f]{32}$/,
          'the ARN of a License Manager configuration',
        ),
      ),
      [],
    ),
    describe('License Manager configurations of the copies'),
  ),
  kmsKeys: v.pipe(
    v.exactOptional(
      v.record(
        text,
        matching(
          /^arn:aws[a-z-]*:kms:[a-z0-9-]+:(\d{12}|\{account\}):(key|alias)\/[\w/-]+$/,
          'the ARN of a KMS key or alias, as a bare id means nothing in another account',
        ),
        'key ARNs by region',
      ),
    ),
    describe(
      "Keys that encrypt the copies, by region; {account} stands for the target account. Default: the fleet's own key in each region",
    ),
  ),
  approval: v.pipe(v.exactOptional(Approval), describe('Somebody must agree before a roll-out to it begins')),
  soak: v.pipe(v.optional(duration('0m', '30d'), '0m'), describe('How long to wait before the next ring')),
  alarm: v.pipe(
    v.exactOptional(matching(/^arn:aws[^:]*:cloudwatch:[a-z0-9-]+:\d{12}:alarm:.+$/, 'the ARN of a CloudWatch alarm')),
    describe('Stops the image if it fires while the ring soaks'),
  ),
  window: v.pipe(v.exactOptional(Window), describe('A roll-out to it begins only within it')),
})
