import { beforeAll, describe, expect, it } from 'vitest'
import type { Template } from '../../infra/synthesize.ts'
import { script, smokeFleet, smokeTemplate } from '../support/smoke.ts'
import { allowed, onlyResourceOf, resourcesOf, statementsOf } from '../support/template.ts'
import { slow } from './fixture.ts'

let template: Template
beforeAll(() => {
  template = smokeTemplate()
}, slow)

const runbook = (from = template) => from.Resources.SmokeRunbook?.Properties as never as Runbook
interface Runbook {
  [member: string]: unknown
  Content: {
    [member: string]: unknown
    mainSteps: { name: string; inputs: Record<string, never>; [member: string]: unknown }[]
  }
}
const step = (name: string, from = template) => runbook(from).Content.mainSteps.find((each) => each.name === name)
const launch = (from = template) => step('Launch', from)?.inputs ?? {}

describe('the instance', () => {
  it('demands IMDSv2, and has a profile of its own', () => {
    expect(launch()).toMatchObject({
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      IamInstanceProfileName: { Ref: 'SmokeInstanceProfile' },
      SubnetId: 'subnet-0a1b2c3d4e5f67890',
      SecurityGroupIds: ['sg-0a1b2c3d4e5f67890'],
    })
    expect(onlyResourceOf(template, 'AWS::IAM::InstanceProfile').Roles).toEqual(['<SmokeInstanceRole>'])
  })

  it('may talk to Systems Manager and write its log, and nothing else', () => {
    const may = allowed(template, 'SmokeInstanceRole')
    expect([...new Set(Object.keys(may).map((action) => action.split(':')[0]))]).toEqual([
      'ec2messages',
      'logs',
      'ssm',
      'ssmmessages',
    ])
    expect(Object.keys(may).filter((action) => /^ssm:/.test(action))).toEqual(['ssm:UpdateInstanceInformation'])
    expect(may['logs:PutLogEvents']).toEqual(['arn:aws:logs:us-west-2:111122223333:log-group:/rebake/gold-smoke:*'])
  })

  it('terminates itself if all else fails, on Linux and on Windows', () => {
    const { UserData, InstanceInitiatedShutdownBehavior } = launch() as Record<string, string>
    const [shebang, shutdown, comment] = Buffer.from(UserData ?? '', 'base64')
      .toString()
      .split('\n')
    expect(InstanceInitiatedShutdownBehavior).toBe('terminate')
    expect([shebang, shutdown]).toEqual(['#!/bin/sh', 'shutdown -P +780'])
    expect(comment).toMatch(/^# <powershell>Register-ScheduledTask .*AddMinutes\(780\).*<\/powershell>$/)
  })

  it('is tagged with the campaign, the image and the execution, its volumes too', () => {
    const specifications = launch().TagSpecifications as never as { ResourceType: string; Tags: unknown[] }[]
    expect(specifications.map(({ ResourceType }) => ResourceType)).toEqual(['instance', 'volume'])
    for (const { Tags } of specifications)
      expect(Tags).toEqual([
        { Key: 'Name', Value: 'gold-smoke' },
        { Key: 'rebake:fleet', Value: 'gold' },
        { Key: 'rebake:campaign', Value: '{{ Campaign }}' },
        { Key: 'rebake:image', Value: '{{ Image }}' },
        { Key: 'rebake:smoke', Value: '{{ automation:EXECUTION_ID }}' },
      ])
  })

  it(
    'is in a security group without a way in, where the fleet names no network',
    () => {
      const { network: _, ...fleet } = smokeFleet()
      const bare = smokeTemplate(fleet)
      expect(launch(bare).SecurityGroupIds).toEqual([{ 'Fn::GetAtt': ['SmokeSecurityGroup', 'GroupId'] }])
      expect(launch(bare)).not.toHaveProperty('SubnetId')
      expect(onlyResourceOf(bare, 'AWS::EC2::SecurityGroup')).not.toHaveProperty('SecurityGroupIngress')
      expect(resourcesOf(bare, 'AWS::EC2::SecurityGroupIngress')).toEqual({})
      expect(resourcesOf(template, 'AWS::EC2::SecurityGroup')).toEqual({})
    },
    slow,
  )
})

describe('the runbook', () => {
  it('has a name of the fleet, and a new version where it changes', () => {
    expect(runbook()).toMatchObject({
      Name: 'gold-smoke',
      DocumentType: 'Automation',
      DocumentFormat: 'JSON',
      UpdateMethod: 'NewVersion',
    })
    expect(runbook().Content.assumeRole).toEqual({ 'Fn::GetAtt': ['SmokeRole', 'Arn'] })
  })

  it('cleans up whatever ends a step, and succeeds only where all did', () => {
    const { mainSteps } = runbook().Content
    expect(mainSteps.map(({ name, onFailure, onCancel }) => [name, onFailure, onCancel])).toEqual([
      ...['Launch', 'WaitRunning', 'WaitOnline', 'RunScript'].map((name) => [
        name,
        'step:FindInstances',
        'step:FindInstances',
      ]),
      ['FindInstances', undefined, undefined],
      ['Terminate', undefined, undefined],
    ])
    // A step that is critical makes the execution fail; whether one is that does not say so, the guide leaves open.
    expect(mainSteps.filter(({ isCritical }) => isCritical !== true)).toEqual([])
    expect(mainSteps.at(-1)?.isEnd).toBe(true)
  })

  it('launches once, however often it tries', () => {
    expect(step('Launch')).toMatchObject({
      maxAttempts: 3,
      inputs: { ClientToken: '{{ automation:EXECUTION_ID }}', MaxInstanceCount: 1 },
    })
  })

  it('keeps all that a script prints', () => {
    expect(step('RunScript')?.inputs.CloudWatchOutputConfig).toEqual({
      CloudWatchLogGroupName: '/rebake/gold-smoke',
      CloudWatchOutputEnabled: true,
    })
    expect(onlyResourceOf(template, 'AWS::Logs::LogGroup')).toMatchObject({
      LogGroupName: '/rebake/gold-smoke',
      RetentionInDays: 180,
    })
  })
})

describe('its role', () => {
  const may = (action: string, from = template) =>
    statementsOf(from, 'SmokeRole').filter(({ Action }) => Action.includes(action))
  const ec2 = (resource: string) => `arn:aws:ec2:us-west-2:111122223333:${resource}`

  it('is for Automation in this account only', () => {
    const { AssumeRolePolicyDocument: trust, RoleName } = resourcesOf(template, 'AWS::IAM::Role').SmokeRole ?? {}
    expect(RoleName).toBe('gold-smoke')
    expect(trust.Statement).toEqual([
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Service: 'ssm.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnLike: {
            'aws:SourceArn': 'arn:aws:ssm:us-west-2:111122223333:automation-execution/*',
          },
        },
      },
    ])
  })

  it("launches own AMIs only, with the fleet's tag, IMDSv2 and the profile", () => {
    expect(may('ec2:RunInstances').map(({ Resource, Condition }) => [Resource, Condition])).toEqual([
      [
        [ec2('instance/*')],
        {
          StringEquals: { 'aws:RequestTag/rebake:fleet': 'gold', 'ec2:MetadataHttpTokens': 'required' },
          ArnEquals: { 'ec2:InstanceProfile': '<SmokeInstanceProfile.Arn>' },
        },
      ],
      [[ec2('volume/*')], { StringEquals: { 'aws:RequestTag/rebake:fleet': 'gold' } }],
      [
        [
          ec2('network-interface/*'),
          ec2('security-group/sg-0a1b2c3d4e5f67890'),
          ec2('subnet/subnet-0a1b2c3d4e5f67890'),
        ],
        undefined,
      ],
      [['arn:aws:ec2:us-west-2::image/*'], { StringEquals: { 'ec2:Owner': '111122223333' } }],
    ])
    expect(may('iam:PassRole').map(({ Resource }) => Resource)).toEqual([['<SmokeInstanceRole.Arn>']])
  })

  it.each([
    ['ec2:TerminateInstances', 'ec2:ResourceTag'],
    ['ssm:SendCommand', 'ssm:resourceTag'],
  ])('%s: only on what smoke tests launched', (action, key) => {
    const [statement] = may(action).filter(({ Resource }) => Resource.includes(ec2('instance/*')))
    expect(statement?.Condition).toEqual({
      StringEquals: { [`${key}/rebake:fleet`]: 'gold' },
      StringLike: { [`${key}/rebake:smoke`]: '*' },
    })
  })

  it("uses the fleet's key, through EC2", () => {
    for (const { Resource, Condition } of may('kms:CreateGrant')) {
      expect(Resource).toEqual(['<FleetKey.Arn>'])
      expect(Condition).toMatchObject({ StringEquals: { 'kms:ViaService': 'ec2.us-west-2.amazonaws.com' } })
    }
    expect(may('kms:CreateGrant')[0]?.Condition).toMatchObject({
      Bool: { 'kms:GrantIsForAWSResource': true },
    })
  })

  it(
    'runs the documents of the fleet, no matter who of; the keys of others come with their pipelines',
    () => {
      const shared = 'arn:aws:ssm:us-west-2:444455556666:document/Theirs'
      const fleet = smokeFleet({ document: 'AWS-RunShellScript' }, { document: shared })
      const { infrastructure: _, ...api } = fleet.images.api as never as Record<string, unknown>
      fleet.images.api = {
        ...api,
        pipeline: 'arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/old',
      } as never
      const adopted = smokeTemplate(fleet)
      const [documents] = may('ssm:SendCommand', adopted)
      expect(documents?.Resource).toEqual([shared, 'arn:aws:ssm:us-west-2::document/AWS-RunShellScript'])
      expect(may('kms:CreateGrant', adopted)[0]?.Resource).toEqual(['arn:aws:kms:us-west-2:111122223333:key/*'])
    },
    slow,
  )
})

describe('scripts', () => {
  it('are command documents of their own, by the platform of their image', () => {
    expect(template.Resources.SmokeScriptBase?.Properties).toMatchObject({
      Name: 'gold-smoke-base',
      DocumentType: 'Command',
      UpdateMethod: 'NewVersion',
      Content: {
        schemaVersion: '2.2',
        mainSteps: [{ action: 'aws:runShellScript', inputs: { runCommand: script.split('\n') } }],
      },
    })
    expect(template.Resources).not.toHaveProperty('SmokeScriptApi')
  })

  it(
    'are PowerShell on Windows',
    () => {
      const fleet = smokeFleet()
      for (const upstream of Object.values(fleet.upstreams)) upstream.platform = 'Windows'
      expect(smokeTemplate(fleet).Resources.SmokeScriptBase?.Properties).toMatchObject({
        Content: { mainSteps: [{ action: 'aws:runPowerShellScript' }] },
      })
    },
    slow,
  )

  it.each([
    ['what Systems Manager would replace', 'echo {{ Name }}', 'Systems Manager would take {{ Name }} for a parameter'],
    ['more than a document holds', 'x'.repeat(70_000), 'as a document it has 70175 bytes; Systems Manager takes 65536'],
  ])(
    'are refused with %s',
    (_, text, message) => {
      expect(() => smokeTemplate(smokeFleet(), { text })).toThrow(`smoke.sh: ${message}`)
    },
    slow,
  )

  it(
    'may have braces of other kinds',
    () => {
      const text = "docker ps --format '{{.Names}} {{json .}}'\necho {{}} {{a b}}\n"
      expect(smokeTemplate(smokeFleet(), { text }).Resources.SmokeScriptBase?.Properties).toMatchObject({
        Content: { mainSteps: [{ inputs: { runCommand: text.split('\n') } }] },
      })
    },
    slow,
  )
})

describe('a fleet', () => {
  it('without smoke tests has none of it', () => {
    const fleet = smokeFleet()
    for (const image of Object.values(fleet.images)) delete image.checks.smoke
    const { Resources } = smokeTemplate(fleet)
    expect(Object.keys(Resources).filter((id) => /^(Smoke|Starter)/.test(id))).toEqual([])
  })

  it.each([
    ['on its own network', smokeFleet()],
    ['on the default network', { ...smokeFleet(), network: undefined } as never],
  ])(
    '%s breaks no security rule',
    (_, fleet) => {
      expect(() => smokeTemplate(fleet, { validate: true })).not.toThrow()
    },
    slow,
  )
})

it('lets the check start the one runbook, and watch and stop executions', () => {
  const ssm = (resource: string) => `arn:aws:ssm:us-west-2:111122223333:${resource}`
  expect(allowed(template, 'Starter')).toEqual({
    'ssm:StartAutomationExecution': [
      ssm('automation-definition/gold-smoke:*'),
      ssm('automation-execution/*'),
      ssm('document/gold-smoke'),
    ],
    'ssm:GetAutomationExecution': [ssm('automation-execution/*')],
    'ssm:StopAutomationExecution': [ssm('automation-execution/*')],
    'iam:PassRole': ['arn:aws:iam::111122223333:role/gold-smoke'],
  })
})
