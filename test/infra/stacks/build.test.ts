import { beforeAll, describe, expect, it } from 'vitest'
import type { Fleet } from '../../../domain/fleet/model.ts'
import type { Template } from '../../../infra/synthesize.ts'
import { onlyResourceOf, resourcesOf } from '../../support/template.ts'
import { slow, smallAssembly, smallFleet, synth } from '../fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).buildStack.template
}, slow)

describe('the ledger', () => {
  it('is on demand, encrypted, can be restored, and does not keep a failed deployment from rolling back', () => {
    expect(onlyResourceOf(template, 'AWS::DynamoDB::Table')).not.toHaveProperty('DeletionProtectionEnabled')
    expect(onlyResourceOf(template, 'AWS::DynamoDB::Table')).toMatchObject({
      TableName: 'gold-ledger',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    })
  })
})

it.each(['Ledger', 'FleetKey', 'BuildLogs', 'ImageBaseRecipe', 'ComponentHarden'])(
  '%s outlives a change and the stack',
  (id) => {
    const resource = template.Resources[id]
    expect(resource?.UpdateReplacePolicy).toBe('Retain')
    expect(resource?.DeletionPolicy).toBe('RetainExceptOnCreate')
  },
)

it('nothing outlives a first deployment that failed', () => {
  const retained = Object.entries(template.Resources).filter(([, each]) => each.DeletionPolicy === 'Retain')
  expect(retained.map(([id]) => id)).toEqual([])
})

describe('the bus', () => {
  const policies = () =>
    Object.values(resourcesOf(template, 'AWS::Events::EventBusPolicy')).map(({ Statement }) => Statement)

  it('admits events of the upstream accounts and of the organization, and nothing but events', () => {
    const events = { Effect: 'Allow', Action: 'events:PutEvents', Resource: '<ReleasesBus.Arn>' }
    expect(policies()).toEqual([
      {
        ...events,
        Principal: { AWS: ['arn:aws:iam::444455556666:root', 'arn:aws:iam::777788889999:root'] },
      },
      {
        ...events,
        Principal: '*',
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid' } },
      },
    ])
  })

  it(
    'admits no organization where the fleet names none',
    async () => {
      const { organization, ...fleet } = smallFleet()
      const { buildStack } = await synth(fleet)
      expect(Object.keys(resourcesOf(buildStack.template, 'AWS::Events::EventBusPolicy'))).toEqual([
        'ReleasesBusUpstreamAccounts',
      ])
    },
    slow,
  )
})

describe("the fleet's key", () => {
  it('rotates, stays when the stack goes, and is for its own account, targets, and alarms', () => {
    const { EnableKeyRotation, KeyPolicy } = onlyResourceOf(template, 'AWS::KMS::Key')
    expect(EnableKeyRotation).toBe(true)
    const [owner, ...others] = KeyPolicy.Statement
    expect(owner.Principal).toEqual({ AWS: 'arn:aws:iam::111122223333:root' })
    expect(others.map(({ Sid }: { Sid: string }) => Sid)).toEqual([
      'TargetAccountsUseImages',
      'TargetAccountsLetEc2UseImages',
      'TargetAccountsLetAutoScalingUseImages',
      'AlarmsPublish',
    ])
    expect(template.Resources.FleetKey?.DeletionPolicy).toBe('RetainExceptOnCreate')
  })
})

describe('notifications', () => {
  it('are encrypted with the key, over TLS only, and go to every address that they concern', () => {
    const topics = Object.values(resourcesOf(template, 'AWS::SNS::Topic'))
    expect(topics.map(({ TopicName }) => TopicName).sort()).toEqual(['gold-alarms', 'gold-notifications'])
    for (const topic of topics) expect(topic.KmsMasterKeyId).toBe('<FleetKey.Arn>')
    for (const { PolicyDocument } of Object.values(resourcesOf(template, 'AWS::SNS::TopicPolicy')))
      expect(PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      )
    const email = { Protocol: 'email', Endpoint: 'platform@example.com' }
    expect(Object.values(resourcesOf(template, 'AWS::SNS::Subscription'))).toEqual([
      expect.objectContaining({ ...email, FilterPolicy: { level: ['summary'] } }),
      expect.objectContaining(email),
    ])
  })
})

describe('pointers', () => {
  it('are created by the function, and are no resources that a deploy could set back', () => {
    expect(onlyResourceOf(template, 'Custom::Pointers')).toMatchObject({
      ServiceToken: '<SeedParametersFunction.Arn>',
      Parents: ['base', 'api'].map((image) => ({
        Parameter: `/gold/images/${image}/parent`,
        Upstream: 'soe',
        Placeholder: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
      })),
    })
    expect(resourcesOf(template, 'AWS::SSM::Parameter')).toEqual({})
  })

  it.each<[string, (fleet: Fleet) => void]>([
    ['the tags of an image', ({ images }) => Object.assign(images.base?.tags ?? {}, { team: 'other' })],
    [
      'the description of a component',
      ({ components }) => Object.assign(components.service ?? {}, { description: 'x' }),
    ],
  ])('are looked at again where a recipe is created again, as by %s', async (_, change) => {
    const changed = smallFleet()
    change(changed)
    const after = (await synth(changed)).buildStack.template
    const recipes = (of: Template) => onlyResourceOf(of, 'Custom::Pointers').Recipes
    expect(recipes(after)).not.toBe(recipes(template))
  })

  it('stay when the resource is deleted: no role may delete what a recipe names', () => {
    const deletes = (
      JSON.stringify(template).match(/"ssm:DeleteParameter",.*?"Resource":(\[.*?\]|".*?")/g) ?? []
    ).join()
    expect(deletes).toContain('/images/*/previous')
    expect(deletes).not.toMatch(/parent|images\/\*"/)
  })
})

it('plans with what an image is made of only when its pipeline is there', () => {
  const images = Object.keys(template.Resources).filter((id) => /^Image.+(Recipe|Pipeline)$/.test(id))
  expect(images).toEqual(['ImageBaseRecipe', 'ImageBasePipeline', 'ImageApiRecipe', 'ImageApiPipeline'])
  for (const id of ['PlanCampaignFunction', 'ReconcileImagesFunction'])
    expect(template.Resources[id]?.DependsOn).toEqual(expect.arrayContaining(images))
})

it('keeps no log for ever', () => {
  const groups = Object.values(resourcesOf(template, 'AWS::Logs::LogGroup'))
  expect(groups.length).toBeGreaterThan(0)
  for (const { RetentionInDays } of groups) expect(RetentionInDays).toBeGreaterThan(0)
})

it('has ids that people can read', () => {
  const generated = Object.entries(template.Resources)
    .filter(([id, resource]) => /[0-9A-F]{8}$/.test(id) && resource.Type !== 'AWS::Lambda::Permission')
    .map(([id]) => id)
  expect(generated).toEqual([])
})
