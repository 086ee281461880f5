import { beforeAll, describe, expect, it } from 'vitest'
import type { Image, Ring } from '../../domain/fleet/model.ts'
import type { CloudAssemblySummary, Template } from '../../infra/synthesize.ts'
import { allowed, onlyResourceOf, statementsOf } from '../support/template.ts'
import { slow, smallFleet, synth } from './fixture.ts'

const synthesized = async (change: (ring: Ring) => Partial<Ring>) => {
  const { rings, ...fleet } = smallFleet()
  const everyone = { ...rings.everyone, ...change(rings.everyone as Ring) } as Ring
  return await synth({ ...fleet, rings: { ...rings, everyone } })
}
const sids = (template: Template) => {
  const { Statement } = onlyResourceOf(template, 'AWS::KMS::Key').KeyPolicy
  return Object.fromEntries(Statement.map(({ Sid = '', ...statement }: Record<string, unknown>) => [Sid, statement]))
}
const listed = (...accounts: string[]) => ({ StringEquals: { 'kms:CallerAccount': accounts } })
const copyRole = 'arn:aws:iam::*:role/EC2ImageBuilderDistributionCrossAccountRole'

describe("the fleet's key", () => {
  let shared: CloudAssemblySummary
  beforeAll(async () => {
    const keys = {
      'eu-central-1': 'arn:aws:kms:eu-central-1:111122223333:alias/images',
      'us-east-1': 'arn:aws:kms:us-east-1:111122223333:key/k',
    }
    shared = await synthesized(() => ({
      mode: 'share',
      accounts: ['555566667777'],
      organizationalUnits: ['ou-exam-12345678'],
      regions: ['eu-central-1', 'us-east-1', 'ap-southeast-2'],
      kmsKeys: keys,
      licenses: ['arn:aws:license-manager:us-east-1:111122223333:license-configuration:lic-1'],
    }))
  }, slow)

  it('serves the accounts of all rings in the build region, for copies and launches', () => {
    const statements = sids(shared.buildStack.template)
    expect(statements.TargetAccountsUseImages).toEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Principal: { AWS: '*' },
      Resource: '*',
      Condition: listed('222233334444', '555566667777'),
    })
    expect(statements.TargetAccountsLetEc2UseImages).toMatchObject({
      Action: ['kms:CreateGrant', 'kms:ListGrants', 'kms:RevokeGrant'],
      Condition: { ...listed('222233334444', '555566667777'), Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    })
  })

  it('serves Auto Scaling of each account, by a grant that the role makes which publishes there', () => {
    const { TargetAccountsLetAutoScalingUseImages: granting } = sids(shared.buildStack.template)
    expect(granting).toMatchObject({ Action: 'kms:CreateGrant' })
    const { 'ForAllValues:StringEquals': operations, ...others } = granting.Condition
    expect(operations['kms:GrantOperations']).toEqual(expect.arrayContaining(['Decrypt', 'CreateGrant']))
    const role = 'role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling'
    expect(others).toEqual({
      ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/gold-publish' },
      StringEquals: {
        ...listed('222233334444', '555566667777').StringEquals,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own syntax
        'kms:GranteePrincipal': `arn:aws:iam::${'${aws:PrincipalAccount}'}:${role}`,
      },
    })
  })

  it('serves accounts below organizational units, and never the build account by them', () => {
    const { OrganizationUseImages: using, OrganizationLetEc2UseImages: granting } = sids(shared.buildStack.template)
    const where = {
      StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid' },
      StringNotEquals: { 'kms:CallerAccount': '111122223333' },
      'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': ['o-exampleorgid/*/ou-exam-12345678/*'] },
    }
    expect(using.Condition).toEqual(where)
    expect(granting.Condition).toEqual({ ...where, Bool: { 'kms:GrantIsForAWSResource': 'true' } })
  })

  it('has a stack for each other region in which a ring names no key, for the accounts of that ring', () => {
    expect(shared.keyStacks.map(({ name, region }) => `${name} ${region}`)).toEqual([
      'gold-key-ap-southeast-2 ap-southeast-2',
    ])
    const [{ template } = shared.buildStack] = shared.keyStacks
    expect(Object.values(template.Resources).map(({ Type }) => Type)).toEqual(['AWS::KMS::Key', 'AWS::KMS::Alias'])
    expect(sids(template).TargetAccountsUseImages.Condition).toEqual(listed('555566667777'))
    expect(onlyResourceOf(template, 'AWS::KMS::Alias').AliasName).toBe('alias/gold')
    expect(template).not.toHaveProperty('Parameters')
  })

  it('is not the only one that a distribution uses: those of other regions by their aliases, and of targets', () => {
    const { template } = shared.buildStack
    expect(allowed(template, 'DistributionRole')['kms:ReEncryptTo']).toEqual([
      '<FleetKey.Arn>',
      'arn:aws:kms:ap-southeast-2:111122223333:key/*',
      'arn:aws:kms:eu-central-1:111122223333:key/*',
      'arn:aws:kms:us-east-1:*:key/*',
      'arn:aws:kms:us-east-1:111122223333:key/k',
    ])
    const byAlias = statementsOf(template, 'DistributionRole').filter(({ Resource }) =>
      Resource.includes('arn:aws:kms:ap-southeast-2:111122223333:key/*'),
    )
    expect(byAlias).toHaveLength(2)
    for (const { Condition } of byAlias)
      expect(Condition).toMatchObject({
        'ForAnyValue:StringEquals': { 'kms:ResourceAliases': ['alias/gold', 'alias/images'] },
        StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' },
      })
    const may = allowed(template, 'DistributionRole')
    expect(may['license-manager:UpdateLicenseSpecificationsForResource']).toEqual([
      'arn:aws:license-manager:us-east-1:111122223333:license-configuration:lic-1',
    ])
    expect(may['sts:AssumeRole']).toEqual([copyRole])
  })

  it('is not the only one that a distribution uses: the recipe of an adopted pipeline names any key of the build region', async () => {
    const arn = 'arn:aws:kms:eu-west-1:111122223333:key/*'
    const fleet = smallFleet()
    const of = ({ buildStack }: CloudAssemblySummary) =>
      statementsOf(buildStack.template, 'DistributionRole').filter(({ Resource }) => Resource.includes(arn))
    expect(of(shared)).toEqual([])
    fleet.images.adopted = {
      ...(fleet.images.api as Image),
      infrastructure: undefined,
      components: [],
      pipeline: 'arn:aws:imagebuilder:eu-west-1:111122223333:image-pipeline/adopted',
    } as never
    const statements = of(await synth(fleet))
    expect(statements.flatMap(({ Action }) => Action)).toContain('kms:CreateGrant')
    for (const { Condition } of statements)
      expect(Condition?.StringLike).toEqual({ 'kms:ViaService': 'ec2.*.amazonaws.com' })
  })

  it(
    'serves the whole organization, and no account that nobody lists',
    async () => {
      const { buildStack } = await synthesized(() => ({ accounts: ['111122223333'], organization: true }))
      const statements = sids(buildStack.template)
      expect(statements.OrganizationUseImages.Condition).toEqual({
        StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid' },
        StringNotEquals: { 'kms:CallerAccount': '111122223333' },
      })
      // There IAM decides.
      expect(statements.TargetAccountsUseImages.Condition).toEqual(listed('222233334444'))
    },
    slow,
  )
})
