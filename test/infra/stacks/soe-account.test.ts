import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { matches } from '../../../emulator/matching/event-pattern.ts'
import type { CloudAssemblySummary, Template } from '../../../infra/synthesize.ts'
import { allowed, onlyResourceOf, resourcesOf, statementsOf } from '../../support/template.ts'
import { type everyUpstream, fleetOn, fleetOnAll, slow, smallAssembly, synth } from '../fixture.ts'

let assembly: CloudAssemblySummary
let template: Template
beforeAll(async () => {
  assembly = await smallAssembly()
  template = assembly.soeStack.template
}, slow)

const releases = 'arn:<AWS::Partition>:events:eu-west-1:111122223333:event-bus/gold-releases'
const rule = () => onlyResourceOf(template, 'AWS::Events::Rule')

it('is a rule, its role and its dead letters, for any account: no parameter, asset or bootstrap', () => {
  expect(assembly.soeStack.name).toBe('gold-soe-account')
  expect(Object.values(template.Resources).map(({ Type }) => Type)).toEqual([
    'AWS::IAM::Role',
    'AWS::SQS::Queue',
    'AWS::SQS::QueuePolicy',
    'AWS::Events::Rule',
  ])
  expect(Object.keys(template).sort()).toEqual(['Description', 'Outputs', 'Resources'])
  expect(Object.keys(template.Outputs ?? {})).toEqual(['RebakeVersion'])
})

describe('the rule', () => {
  it('stands on the default bus, and sends to the releases bus of the build account as the role', () => {
    expect(rule().EventBusName).toBeUndefined()
    expect(rule().State).toBe('ENABLED')
    expect(rule().Targets).toEqual([
      {
        Id: 'Target0',
        Arn: releases,
        RoleArn: '<ForwardReleasesRole.Arn>',
        DeadLetterConfig: { Arn: '<DeadLetters.Arn>' },
      },
    ])
  })

  it.each(readdirSync('events'))('%s: only an AMI that became available goes on', (file) => {
    const event = JSON.parse(readFileSync(`events/${file}`, 'utf8'))
    expect(matches(rule().EventPattern, event)).toBe(file === 'ec2.ami-available.json')
  })

  it('takes what the rule of the build account takes', () => {
    const inBuild = resourcesOf(assembly.buildStack.template, 'AWS::Events::Rule').AmiReleased
    expect(inBuild?.EventPattern).toEqual(rule().EventPattern)
  })
})

describe('the role', () => {
  it('puts events on that bus and does nothing else', () => {
    expect(allowed(template, 'ForwardReleasesRole')).toEqual({ 'events:PutEvents': [releases] })
    expect(statementsOf(template, 'ForwardReleasesRole')).toHaveLength(1)
  })

  it('is for EventBridge', () => {
    const { AssumeRolePolicyDocument } = onlyResourceOf(template, 'AWS::IAM::Role')
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'events.amazonaws.com' } },
    ])
  })

  it('is of an account that the bus admits', () => {
    const policies = resourcesOf(assembly.buildStack.template, 'AWS::Events::EventBusPolicy')
    expect(policies.ReleasesBusUpstreamAccounts?.Statement).toEqual({
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: '<ReleasesBus.Arn>',
      Principal: {
        AWS: ['444455556666', '777788889999'].map((owner) => `arn:aws:iam::${owner}:root`),
      },
    })
  })
})

it('keeps what could not be delivered, encrypted, from this rule only', () => {
  expect(onlyResourceOf(template, 'AWS::SQS::Queue')).toMatchObject({
    QueueName: 'gold-undelivered-releases',
    SqsManagedSseEnabled: true,
  })
  const { Statement } = onlyResourceOf(template, 'AWS::SQS::QueuePolicy').PolicyDocument
  expect(Statement).toContainEqual(
    expect.objectContaining({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Condition: { ArnEquals: { 'aws:SourceArn': '<ForwardReleases.Arn>' } },
    }),
  )
})

describe('for upstreams of every kind', () => {
  type Kind = keyof typeof everyUpstream
  const rulesOf = (of: Template) => resourcesOf(of, 'AWS::Events::Rule')
  const soeOf = async (...upstreams: Kind[]) => (await synth(fleetOn(...upstreams))).soeStack.template

  it.each<[Kind[], string[]]>([
    [['soe', 'other'], ['ForwardReleases']],
    [['their-parameter'], ['ForwardParameters']],
    [['announced'], ['ForwardAnnouncements']],
    [
      ['announced', 'soe', 'their-parameter'],
      ['ForwardReleases', 'ForwardParameters', 'ForwardAnnouncements'],
    ],
    // Events of the build account are there already.
    [['their-parameter', 'own-ami', 'own-parameter', 'own-image'], ['ForwardParameters']],
    [['own-ami', 'own-parameter', 'own-image', 'public-parameter'], []],
  ])(
    '%j: forwards just the events that tell of them',
    async (upstreams, rules) => {
      expect(Object.keys(rulesOf(await soeOf(...upstreams)))).toEqual(rules)
    },
    slow,
  )

  it(
    'forwards what the rules of the build account take, and as one role',
    async () => {
      const { soeStack, buildStack } = await synth(fleetOnAll())
      const inBuild = rulesOf(buildStack.template)
      const rules = rulesOf(soeStack.template)
      const patterns = Object.fromEntries(Object.entries(rules).map(([id, rule]) => [id, rule.EventPattern]))
      expect(patterns).toEqual({
        ForwardReleases: inBuild.AmiReleased?.EventPattern,
        ForwardParameters: inBuild.ParameterReleased?.EventPattern,
        ForwardAnnouncements: inBuild.AnnouncedRelease?.EventPattern,
      })
      for (const { Targets } of Object.values(rules))
        expect(Targets).toEqual([expect.objectContaining({ Arn: releases, RoleArn: '<ForwardReleasesRole.Arn>' })])
    },
    slow,
  )

  it(
    'lets the build account read the parameters, and nobody else in it than who must, with the external id',
    async () => {
      const stack = await soeOf('their-parameter')
      const role = resourcesOf(stack, 'AWS::IAM::Role').ReadUpstreamRole
      expect(role?.RoleName).toBe('gold-read-upstream')
      expect(role?.AssumeRolePolicyDocument.Statement).toEqual([
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { AWS: 'arn:<AWS::Partition>:iam::111122223333:root' },
          Condition: {
            ArnEquals: {
              'aws:PrincipalArn': ['receive-release', 'poll-upstreams', 'seed-parameters', 'examine-accounts'].map(
                (name) => `arn:<AWS::Partition>:iam::111122223333:role/gold-${name}`,
              ),
            },
            StringEquals: { 'sts:ExternalId': 'gold' },
          },
        },
      ])
      expect(allowed(stack, 'ReadUpstreamRole')).toEqual({
        'ssm:GetParameter': ['arn:<AWS::Partition>:ssm:eu-west-1:<AWS::AccountId>:parameter/soe/rhel'],
      })
    },
    slow,
  )

  it(
    'makes no reader where no parameter is in another account',
    async () => {
      for (const upstreams of [['soe'], ['announced'], ['soe', 'own-parameter', 'public-parameter']] as Kind[][])
        expect(resourcesOf(await soeOf(...upstreams), 'AWS::IAM::Role')).not.toHaveProperty('ReadUpstreamRole')
    },
    slow,
  )
})
