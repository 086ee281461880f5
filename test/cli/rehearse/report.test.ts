import { describe, expect, it } from 'vitest'
import { type Outcome, reportLines } from '../../../cli/rehearse/report.ts'
import { somethingFailed } from '../../../cli/render/closing.ts'
import type { ImageResult } from '../../../rehearsal/results.ts'

const campaign = {
  name: 'al2023-ami-0123',
  title: 'al2023 ami-0123',
  kind: 'release' as const,
  reason: 'al2023 released ami-0123',
  upstream: 'al2023',
  ami: 'ami-0123',
  status: 'finished' as const,
  startedAt: '2026-09-01T06:00:00.000Z',
  finishedAt: '2026-09-02T08:05:00.000Z',
  images: 2,
}
const image = (name: string, rest: Partial<ImageResult> = {}): ImageResult => ({
  image: name,
  campaign: campaign.name,
  status: 'released',
  reason: '',
  ami: `ami-0${name}`,
  parentAmi: 'ami-0123',
  approvals: [],
  startedAt: '2026-09-01T06:00:00.000Z',
  finishedAt: '2026-09-01T07:10:00.000Z',
  transitions: 18,
  lambdaInvocations: 11,
  apiCalls: 40,
  ...rest,
})
const notStarted = { ami: null, parentAmi: null, startedAt: null, finishedAt: null }
const failed = image('java', {
  ...notStarted,
  status: 'failed',
  reason: 'InstallAgent failed:\n\x1b[31mexit 1',
})
const skipped = image('tomcat', {
  ...notStarted,
  status: 'skipped',
  reason: 'its parent java was not released',
})

const outcome = (images: ImageResult[], rest: Partial<Outcome> = {}): Outcome => ({
  summary: {
    campaigns: [campaign],
    images,
    makespanSeconds: 93_900,
    criticalPathSeconds: 90_000,
    wallSeconds: 6.21,
  },
  notifications: [],
  cost: { transitions: 1234, lambdaInvocations: 22, apiCalls: 1 },
  notRehearsed: ['AWS::KMS::Key', 'AWS::EC2::VPCEndpoint'],
  unusedPermissions: [],
  refused: [],
  ...rest,
})
const parents = { base: 'al2023', java: 'base', tomcat: 'java' }

describe('report', () => {
  it('says how it went when all is well', () => {
    expect(reportLines(outcome([image('base'), image('java')]), parents)).toEqual([
      '',
      'al2023 ami-0123: finished after 1d 2h 05m',
      'IMAGE    STATUS      AMI          TOOK',
      'base     ✔ released  ami-0base  1h 10m',
      '└─ java  ✔ released  ami-0java  1h 10m',
      '',
      'Time           1d 2h 05m, the longest chain of images 1d 1h',
      'Cost           1,234 state transitions, 22 Lambda invocations and 1 API call',
      'Not rehearsed  AWS::KMS::Key',
      '               AWS::EC2::VPCEndpoint',
      'Never used     no permission: each one allowed was needed',
      '',
      '✔ 2 images released; 1d 2h 05m rehearsed in 6.2 s.',
    ])
  })

  it('names what failed last, without the control characters of its reason', () => {
    const lines = reportLines(outcome([image('base'), failed, skipped]), parents)
    expect(lines).toContain('└─ java       ✖ failed                       InstallAgent failed: exit 1')
    expect(lines.at(-1)).toBe('✖ 1 of 3 images failed: java; 1 below it skipped; 1d 2h 05m rehearsed in 6.2 s.')
  })

  it('shows the first few of the permissions that nothing used', () => {
    const lines = reportLines(outcome([image('base')], { unusedPermissions: ['a:A', 'b:B', 'c:C', 'd:D'] }), parents)
    const start = lines.findIndex((line) => line.startsWith('Never used'))
    expect(lines.slice(start, start + 5).map((line) => line.slice(15))).toEqual([
      '4 permissions:',
      'a:A',
      'b:B',
      'c:C',
      'and 1 more, which --json lists',
    ])
  })

  it.each([
    { name: 'all released', images: [image('base')], rest: {}, bad: false },
    { name: 'one failed', images: [image('base'), failed], rest: {}, bad: true },
    { name: 'one unfinished', images: [image('base', { status: 'running' })], rest: {}, bad: true },
    { name: 'one aborted', images: [image('base', { status: 'aborted' })], rest: {}, bad: true },
    { name: 'one skipped', images: [skipped], rest: {}, bad: false },
    { name: 'one superseded', images: [image('base', { status: 'superseded' })], rest: {}, bad: false },
    { name: 'an event refused', images: [image('base')], rest: { refused: ['owner unknown'] }, bad: true },
  ] as const)('$name: failed is $bad', ({ images, rest, bad }) => {
    expect(
      somethingFailed(outcome([...images], { ...rest, refused: [...('refused' in rest ? rest.refused : [])] })),
    ).toBe(bad)
  })

  it('says that an event began nothing, and why', () => {
    const nothing = outcome([], { refused: ['ami-0123: owner unknown'] })
    nothing.summary.campaigns = []
    expect(somethingFailed(nothing)).toBe(true)
    expect(reportLines(nothing, parents).slice(-3)).toEqual([
      '! Refused: ami-0123: owner unknown',
      '',
      '✖ Nothing was rebaked: no event began a campaign.',
    ])
  })

  it('says that a campaign failed by itself', () => {
    const refused = outcome([])
    refused.summary.campaigns = [{ ...campaign, title: 'manual: al2023', status: 'failed', images: 0 }]
    expect(somethingFailed(refused)).toBe(true)
    expect(reportLines(refused, parents).at(-1)).toBe(
      '✖ 1 of 1 campaign failed: manual: al2023; 1d 2h 05m rehearsed in 6.2 s.',
    )
  })
})

describe('a report of many campaigns', () => {
  const titles = ['al2023 ami-0123', 'patch cycle monthly', 'manual: java', 'vulnerabilities in base']
  const campaigns = titles.map((title, at) => ({
    ...campaign,
    name: `c${at}`,
    title,
    startedAt: `2026-09-0${at + 1}T06:00:00.000Z`,
    finishedAt: `2026-09-0${at + 2}T06:00:00.000Z`,
  }))
  const of = (at: number, name: string, status: ImageResult['status'], reason = '') =>
    image(name, { campaign: `c${at}`, status, reason })
  const many = (...images: ImageResult[]) => {
    const result = outcome(images)
    result.summary.campaigns = campaigns
    return reportLines(result, parents)
  }

  it('has a line for each, and names what went wrong', () => {
    const lines = many(
      of(0, 'base', 'released'),
      of(0, 'java', 'superseded', 'taken over'),
      of(1, 'base', 'released'),
      of(1, 'java', 'failed', 'exit\n1'),
      of(1, 'tomcat', 'skipped'),
      of(2, 'java', 'released'),
    )
    expect(lines.slice(1, 11)).toEqual([
      '4 campaigns',
      'BEGAN             CAMPAIGN                 RELEASED  FAILED  SKIPPED  SUPERSEDED  TOOK',
      '2026-09-01 06:00  al2023 ami-0123                 1                            1    1d',
      '2026-09-02 06:00  patch cycle monthly             1       1        1                1d',
      '2026-09-03 06:00  manual: java                    1                                 1d',
      '2026-09-04 06:00  vulnerabilities in base                                           1d',
      '',
      'What went wrong',
      'IMAGE  STATUS    ENDED             WHY',
      'java   ✖ failed  2026-09-01 07:10  exit 1',
    ])
    expect(lines.at(-1)).toBe(
      '✖ 1 of 6 rebakes failed in 4 campaigns: java; 1 below it skipped; 1d 2h 05m rehearsed in 6.2 s.',
    )
  })

  it('counts rebakes when all is well', () => {
    const lines = many(of(0, 'base', 'released'), of(1, 'base', 'released'), of(2, 'base', 'superseded'))
    expect(lines.at(-1)).toBe('✔ 2 rebakes released in 4 campaigns, 1 superseded; 1d 2h 05m rehearsed in 6.2 s.')
    expect(many().at(-1)).toContain('✔ Nothing had to be rebaked in 4 campaigns')
  })

  it('lists so many failures and no more', () => {
    const failures = Array.from({ length: 25 }, (_, at) => of(0, `image-${at}`, 'failed'))
    expect(many(...failures)).toContain('and 5 more, which --json lists')
  })
})
