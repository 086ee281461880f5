import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { matches } from '../../emulator/matching/event-pattern.ts'
import type { Template } from '../../infra/synthesize.ts'
import { announcements } from '../domain/planning/every-kind.ts'
import { allowed, resourcesOf } from '../support/template.ts'
import { type everyUpstream, fleetOn, fleetOnAll, slow, synth } from './fixture.ts'

type Kind = keyof typeof everyUpstream
const rulesOf = (template: Template) => {
  const rules = resourcesOf(template, 'AWS::Events::Rule')
  const starts = (targets: { Arn: string }[]) => targets.some(({ Arn }) => Arn === '<ReleaseStateMachine>')
  return Object.fromEntries(Object.entries(rules).filter(([, rule]) => starts(rule.Targets)))
}
const amiAvailable = {
  source: ['aws.ec2'],
  'detail-type': ['EC2 AMI State Change'],
  detail: { State: ['available'] },
}
const parameterChanged = (...name: string[]) => ({
  source: ['aws.ssm'],
  'detail-type': ['Parameter Store Change'],
  detail: { name, operation: ['Create', 'Update', 'Delete'] },
})
const releasesBus = '<ReleasesBus>'

let everything: Template
beforeAll(async () => {
  everything = (await synth(fleetOnAll())).buildStack.template
}, slow)

describe('the rules that bring releases', () => {
  it.each([
    ['AmiReleased', releasesBus, amiAvailable],
    ['OwnAmiReleased', undefined, amiAvailable],
    ['ParameterReleased', releasesBus, parameterChanged('/soe/rhel')],
    ['OwnParameterReleased', undefined, parameterChanged('/soe/debian')],
    [
      'ImageReleased',
      undefined,
      {
        source: ['aws.imagebuilder'],
        'detail-type': ['EC2 Image Builder Image State Change'],
        resources: [{ prefix: 'arn:aws:imagebuilder:eu-west-1:111122223333:image/soe-suse/' }],
        detail: { state: { status: ['AVAILABLE'] } },
      },
    ],
    ['AnnouncedRelease', releasesBus, { 'detail-type': ['SOE AMI Released'] }],
  ])('%s starts the release machine with events of the bus %s', (rule, bus, pattern) => {
    const { EventBusName, EventPattern, Targets } = rulesOf(everything)[rule] ?? {}
    expect({ EventBusName, EventPattern }).toEqual({ EventBusName: bus, EventPattern: pattern })
    expect(Targets).toEqual([
      expect.objectContaining({ Arn: '<ReleaseStateMachine>', RoleArn: '<ReleaseRulesRole.Arn>' }),
    ])
  })

  it('start it as a role that can do nothing else', () => {
    expect(allowed(everything, 'ReleaseRulesRole')).toEqual({
      'states:StartExecution': ['<ReleaseStateMachine>'],
    })
  })

  it.each<[Kind[], string[]]>([
    [['soe', 'other'], ['AmiReleased']],
    [['own-ami'], ['OwnAmiReleased']],
    [
      ['soe', 'own-ami'],
      ['AmiReleased', 'OwnAmiReleased'],
    ],
    [['their-parameter'], ['ParameterReleased']],
    [['own-parameter'], ['OwnParameterReleased']],
    // Nobody tells of a public parameter: it is looked at.
    [['public-parameter'], []],
    [['own-image'], ['ImageReleased']],
    [['announced'], ['AnnouncedRelease']],
  ])(
    'are those that the upstreams %j need, and no others',
    async (upstreams, rules) => {
      expect(Object.keys(rulesOf((await synth(fleetOn(...upstreams))).buildStack.template))).toEqual(rules)
    },
    slow,
  )

  it('take of each kind what announces a release', () => {
    const inHere = (text: object) =>
      JSON.parse(
        JSON.stringify(text).replaceAll('us-west-2', 'eu-west-1').replace('/soe/rhel9', '/soe/rhel'),
      ) as Record<string, unknown>
    const taken = Object.entries(announcements).map(([kind, event]) => {
      const { 'detail-type': type } = event
      const source = { ami: 'aws.ec2', parameter: 'aws.ssm', image: 'aws.imagebuilder', event: 'com.example' }
      const seen = { ...inHere(event), 'detail-type': type, source: source[kind as keyof typeof source] }
      const rules = Object.entries(rulesOf(everything)).filter(([, rule]) => matches(rule.EventPattern, seen))
      return [kind, rules.map(([rule]) => rule)]
    })
    expect(Object.fromEntries(taken)).toEqual({
      // By the account: its events come to the one bus or to the other.
      ami: ['AmiReleased', 'OwnAmiReleased'],
      parameter: ['ParameterReleased'],
      image: ['ImageReleased'],
      event: ['AnnouncedRelease'],
    })
  })

  it("take no pointer of the fleet's own for an upstream's parameter, and no image of its own for an upstream", () => {
    for (const file of ['ssm.parameter-updated.json', 'imagebuilder.image-available.json']) {
      const text = readFileSync(`events/${file}`, 'utf8')
        .replaceAll('us-west-2', 'eu-west-1')
        .replaceAll('golden', 'gold')
      const rules = Object.entries(rulesOf(everything)).filter(([, rule]) =>
        matches(rule.EventPattern, JSON.parse(text)),
      )
      expect(rules).toEqual([])
    }
  })
})

describe('the releases bus', () => {
  const admitted = (template: Template) =>
    resourcesOf(template, 'AWS::Events::EventBusPolicy').ReleasesBusUpstreamAccounts?.Statement.Principal.AWS

  it('admits every account that an upstream is in, once, and not the build account', () => {
    expect(admitted(everything)).toEqual(
      ['444455556666', '777788889999', '888899990000', '999900001111'].map((account) => `arn:aws:iam::${account}:root`),
    )
  })

  it(
    'admits no account where no upstream is in another',
    async () => {
      const { organization: _, ...fleet } = fleetOn('own-ami', 'own-parameter', 'own-image', 'public-parameter')
      const { buildStack } = await synth(fleet)
      expect(resourcesOf(buildStack.template, 'AWS::Events::EventBusPolicy')).toEqual({})
    },
    slow,
  )
})
