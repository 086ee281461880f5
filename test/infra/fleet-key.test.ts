import { beforeAll, describe, expect, it } from 'vitest'
import type { Ring } from '../../domain/fleet/model.ts'
import { allowed, onlyResourceOf } from '../support/template.ts'
import { slow, smallFleet, synth } from './fixture.ts'

const synthesized = async (change: (ring: Ring) => Partial<Ring>) => {
  const { rings, ...fleet } = smallFleet()
  const everyone = { ...rings.everyone, ...change(rings.everyone as Ring) } as Ring
  return (await synth({ ...fleet, rings: { ...rings, everyone } })).buildStack.template
}
const sids = (template: Awaited<ReturnType<typeof synthesized>>) => {
  const { Statement } = onlyResourceOf(template, 'AWS::KMS::Key').KeyPolicy
  return Object.fromEntries(Statement.map(({ Sid = '', ...statement }: Record<string, unknown>) => [Sid, statement]))
}
const root = (account: string) => `arn:aws:iam::${account}:root`
const copyRole = 'arn:aws:iam::*:role/EC2ImageBuilderDistributionCrossAccountRole'

describe("the fleet's key", () => {
  let shared: Awaited<ReturnType<typeof synthesized>>
  beforeAll(async () => {
    const keys = {
      'eu-central-1': 'arn:aws:kms:eu-central-1:111122223333:alias/images',
      'us-east-1': 'arn:aws:kms:us-east-1:111122223333:key/k',
    }
    shared = await synthesized(() => ({
      mode: 'share',
      organizationalUnits: ['ou-exam-12345678'],
      kmsKeys: keys,
      licenses: ['arn:aws:license-manager:us-east-1:111122223333:license-configuration:lic-1'],
    }))
  }, slow)

  it('serves the role that copies, in the accounts of rings that copy', () => {
    const { TargetAccountsCopyImages: copying, TargetAccountsLetEc2CopyImages: granting } = sids(shared)
    expect(copying).toMatchObject({
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
      Principal: { AWS: root('222233334444') },
      Condition: { ArnLike: { 'aws:PrincipalArn': copyRole } },
    })
    expect(granting.Condition).toEqual({
      ArnLike: { 'aws:PrincipalArn': copyRole },
      Bool: { 'kms:GrantIsForAWSResource': true },
    })
  })

  it('serves anybody who launches what is shared: in listed accounts, and below organizational units', () => {
    const statements = sids(shared)
    expect(statements.TargetAccountsLaunchSharedImages).toMatchObject({
      Action: expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKeyWithoutPlaintext']),
      Principal: { AWS: [root('222233334444'), root('555566667777')] },
    })
    expect(statements.TargetAccountsLaunchSharedImages).not.toHaveProperty('Condition')
    const where = {
      StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid' },
      'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': ['o-exampleorgid/*/ou-exam-12345678/*'] },
    }
    expect(statements.OrganizationLaunchSharedImages).toMatchObject({
      Principal: { AWS: '*' },
      Condition: where,
    })
    expect(statements.OrganizationLetEc2LaunchSharedImages).toMatchObject({
      Action: 'kms:CreateGrant',
      Condition: { ...where, Bool: { 'kms:GrantIsForAWSResource': true } },
    })
    expect(statements).not.toHaveProperty('OrganizationCopyImages')
  })

  it('is not the only one that a distribution uses: those of the build account where it shares from, and licences', () => {
    const may = allowed(shared, 'DistributionRole')
    expect(may['kms:ReEncryptTo']).toEqual([
      '<FleetKey.Arn>',
      'arn:aws:kms:eu-central-1:111122223333:key/*',
      'arn:aws:kms:us-east-1:111122223333:key/k',
    ])
    expect(may['license-manager:UpdateLicenseSpecificationsForResource']).toEqual([
      'arn:aws:license-manager:us-east-1:111122223333:license-configuration:lic-1',
    ])
    expect(may['sts:AssumeRole']).toEqual([copyRole])
  })

  it(
    'serves the role that copies in the whole organization, and nobody by sharing where nothing is shared',
    async () => {
      const statements = sids(await synthesized(() => ({ accounts: [], organization: true })))
      expect(statements.OrganizationCopyImages.Condition).toEqual({
        ArnLike: { 'aws:PrincipalArn': copyRole },
        StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid' },
      })
      expect(Object.keys(statements).filter((sid) => sid.includes('Shared'))).toEqual([])
    },
    slow,
  )
})
