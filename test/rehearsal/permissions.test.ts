import { expect, it } from 'vitest'
import { everyCheck } from '../support/every-check.ts'
import { readLines, slow, stageFor, temporaryDirectory } from '../support/rehearsal.ts'

const releasesAt = (...times: string[]) => times.map((time) => ({ upstream: 'soe', time: `2026-09-${time}:00Z` }))

/** Each rehearsal brings other ways to go wrong: what a role may do and never does in any of them, it need not do. */
const rehearsals = [
  { releases: releasesAt('01T06:00', '01T06:05', '01T06:10', '07T06:00'), faults: ['build-fails=scripted'] },
  {
    faults: [
      'approval-rejected=base',
      'build-hangs=judged',
      'smoke-hangs=scripted',
      'execution-aborted=documented',
      'event-early=adopted',
      'copy-fails=warned',
    ],
  },
  { faults: ['scan-finds=base'] },
  { faults: ['no-capacity=base'] },
  { faults: ['parent-volume=soe'] },
  { faults: ['untrusted-owner=soe', 'never-released=soe'] },
]

/** What no rehearsal brings about, and why it is allowed nonetheless. */
const allowed = {
  // Step Functions makes its managed rule with these, and stops with them what it waits for when it is stopped itself.
  // https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
  'startExecution.sync': ['Campaign', 'Rebake', 'Revoke'].flatMap((role) => [
    `${role}Role: states:DescribeExecution`,
    `${role}Role: states:StopExecution`,
  ]),
  'dead letters': ['CompleteWait', 'SeedParameters', 'SettleExecution'].map((role) => `${role}Role: sqs:SendMessage`),
  'what came before the token that waits for it': [
    'RequestApprovalRole: states:SendTaskFailure',
    'RequestApprovalRole: states:SendTaskSuccess',
    'RunCheckRole: states:SendTaskFailure',
  ],
  'the next change of the locks delivers what a function that died did not': [
    ...['FailRebake', 'MarkCandidate', 'ReleaseImage', 'SettleExecution', 'StartBake'].map(
      (role) => `${role}Role: states:SendTaskFailure`,
    ),
  ],
  'what an adopted pipeline may have, and the simulated one has not: workflows, a parent that it follows': [
    'StartBakeRole: imagebuilder:GetWorkflow',
    'StartBakeRole: ssm:GetParameter',
  ],
  'the size of a snapshot that a volume names, and the key of one that nobody names: see parent-facts.test.ts': [
    'StartBakeRole: ec2:DescribeSnapshots',
  ],
  // It makes the managed rule where it is deployed.
  'a revocation: see revocation.test.ts': ['lambda:InvokeFunction', 'states:StartExecution'].map(
    (action) => `RevokeRole: ${action}`,
  ),
  'what rebake doctor asks for in a target account': [
    'ec2:DescribeRegions',
    'ec2:GetAllowedImagesSettings',
    'iam:GetRole',
  ].map((action) => `PublishRole: ${action}`),
  'what withdraws AMIs, and finds out what uses them: see retirement.test.ts': [
    ...['DescribeInstances', 'EnableImageDeprecation', 'DisableImage', 'DeregisterImage', 'DeleteSnapshot'].map(
      (name) => `PublishRole: ec2:${name}`,
    ),
    'PublishRole: autoscaling:DescribeAutoScalingGroups',
    'PublishRole: autoscaling:DescribeLaunchConfigurations',
  ],
  // Of what Image Builder does with it, only the use of keys and of other roles is emulated.
  'what Image Builder does to AMIs as it distributes': [
    'CopyImage',
    'CreateTags',
    'DescribeImages',
    'DescribeSnapshots',
    'DescribeTags',
    'ModifyImageAttribute',
    'ModifySnapshotAttribute',
  ].map((name) => `DistributionRole: ec2:${name}`),
  'what Image Builder does not retry: see failures-by-cause.test.ts': [
    'ec2:DescribeImages',
    'iam:PassRole',
    'imagebuilder:DistributeImage',
    'imagebuilder:GetDistributionConfiguration',
    'imagebuilder:TagResource',
  ].map((action) => `RetryDistributionRole: ${action}`),
  'the label that keeps a parameter from a new version': ['MarkCandidate', 'Publish', 'ReleaseImage', 'StartBake'].map(
    (role) => `${role}Role: ssm:GetParameterHistory`,
  ),
  'a previous release that is not good any more': ['PublishRole', 'ReleaseImageRole'].map(
    (role) => `${role}: ssm:DeleteParameter`,
  ),
  'a campaign that ended before it did what it was to do': ['SummariseCampaignRole: dynamodb:PutItem'],
}

it('allows nothing that no rehearsal needs', { timeout: slow * 2 }, async () => {
  const stage = await stageFor(everyCheck())
  const runs: { active: Set<string>; unused: Set<string> }[] = []
  for (const scenario of rehearsals) {
    const out = temporaryDirectory()
    const { unusedPermissions } = await stage.rehearse({ ...scenario, out })
    const principals = readLines<{ principal: string }>(out, 'calls.jsonl').map(({ principal }) => principal)
    runs.push({ active: new Set(principals), unused: new Set(unusedPermissions) })
  }
  const isUsed = (line: string) =>
    runs.some(({ active, unused }) => active.has(line.split(':')[0] ?? '') && !unused.has(line))
  const all = new Set(runs.flatMap(({ unused }) => [...unused]))
  expect([...all].filter((line) => !isUsed(line)).sort()).toEqual(Object.values(allowed).flat().sort())
})
