import { beforeAll, describe, expect, it } from 'vitest'
import type { Template } from '../../../infra/synthesize.ts'
import { allowed, resourcesOf, statementsOf } from '../../support/template.ts'
import { slow, smallAssembly, smallFleet, synth } from '../fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).buildStack.template
}, slow)

const named = (type: string, name: string) =>
  Object.values(resourcesOf(template, `AWS::ImageBuilder::${type}`)).find(({ Name }) => Name === name)

const templateOf = async (change: (fleet: ReturnType<typeof smallFleet>) => void) => {
  const fleet = smallFleet()
  change(fleet)
  return (await synth(fleet)).buildStack.template
}

describe('distribution', () => {
  const regionsOf = (name: string) =>
    Object.fromEntries(
      named('DistributionConfiguration', name)?.Distributions.map(
        (each: { Region: string; AmiDistributionConfiguration: object }) => [
          each.Region,
          each.AmiDistributionConfiguration,
        ],
      ) ?? [],
    )

  it('has one configuration for each ring of an image', () => {
    expect(
      Object.values(resourcesOf(template, 'AWS::ImageBuilder::DistributionConfiguration')).map(
        ({ Name }) => Name,
      ),
    ).toEqual(['gold-base-early', 'gold-base-everyone', 'gold-api-everyone'])
  })

  it('copies to the accounts of the ring in each of its regions', () => {
    const copy = {
      Name: 'gold-base {{ imagebuilder:buildDate }}',
      AmiTags: {
        team: 'platform',
        'rebake:fleet': 'gold',
        'rebake:image': 'base',
        'rebake:ring': 'everyone',
      },
      TargetAccountIds: ['555566667777', '222233334444'],
    }
    expect(regionsOf('gold-base-everyone')).toEqual({ 'eu-west-1': copy, 'us-east-1': copy })
  })

  it("encrypts with the ring's key, and names the source region though the ring is not there", () => {
    const { 'us-east-1': target, 'eu-west-1': source } = regionsOf('gold-base-early')
    expect(target).toMatchObject({
      KmsKeyId: 'arn:aws:kms:us-east-1:222233334444:alias/images',
      TargetAccountIds: ['222233334444'],
    })
    expect(source).not.toHaveProperty('TargetAccountIds')
  })

  it(
    'refuses a key for each account where a ring has several',
    async () => {
      const change = templateOf((fleet) => {
        fleet.rings.everyone = {
          ...fleet.rings.everyone,
          kmsKeys: { 'eu-west-1': 'arn:aws:kms:eu-west-1:{account}:alias/images' },
        } as never
      })
      await expect(change).rejects.toThrow('ring everyone: Image Builder takes one KMS key a region')
    },
    slow,
  )

  it('runs as a role that reaches the accounts of the rings, and the key through EC2', () => {
    const may = allowed(template, 'DistributionRole')
    expect(may['sts:AssumeRole']).toEqual(
      ['222233334444', '555566667777'].map(
        (account) => `arn:aws:iam::${account}:role/EC2ImageBuilderDistributionCrossAccountRole`,
      ),
    )
    const keys = statementsOf(template, 'DistributionRole').filter(({ Action }) =>
      Action[0]?.startsWith('kms:'),
    )
    expect(keys).toHaveLength(2)
    for (const { Resource, Condition } of keys) {
      expect(Resource).toEqual(['<FleetKey.Arn>'])
      expect(Condition).toMatchObject({ StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' } })
    }
  })
})
