import { beforeAll, describe, expect, it } from 'vitest'
import type { Template } from '../../../infra/synthesize.ts'
import { allowed, resourcesOf } from '../../support/template.ts'
import { slow, smallFleet, synth } from '../fixture.ts'

const key = 'arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-0000-1111-2222-333344445555'
const group = 'arn:aws:resource-groups:eu-west-1:111122223333:group/hosts'
const base = { instanceTypes: ['m7i.large'], terminateOnFailure: true, tags: {} }

let template: Template
beforeAll(async () => {
  const fleet = smallFleet()
  fleet.infrastructure = {
    small: {
      ...base,
      description: 'For Docker',
      keyPair: 'break glass',
      hopLimit: 2,
      placement: { tenancy: 'host', host: 'h-0a1b2c3d4e5f67890', availabilityZone: 'eu-west-1b' },
      logs: { bucket: 'example-logs', prefix: 'builds' },
      kmsKeys: [key],
    },
    grouped: { ...base, placement: { tenancy: 'host', hostResourceGroup: group }, logs: { bucket: 'example-logs' } },
  }
  template = (await synth(fleet, { validate: true })).buildStack.template
}, slow)

const named = (name: string) =>
  Object.values(resourcesOf(template, 'AWS::ImageBuilder::InfrastructureConfiguration')).find(
    ({ Name }) => Name === name,
  )

describe('what the fleet says of its build instances', () => {
  it('is in the infrastructure configuration', () => {
    expect(named('gold-small')).toMatchObject({
      Description: 'For Docker',
      KeyPair: 'break glass',
      InstanceMetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
      Placement: { Tenancy: 'host', HostId: 'h-0a1b2c3d4e5f67890', AvailabilityZone: 'eu-west-1b' },
      Logging: { S3Logs: { S3BucketName: 'example-logs', S3KeyPrefix: 'builds' } },
    })
    expect(named('gold-grouped')).toMatchObject({
      Placement: { Tenancy: 'host', HostResourceGroupArn: group },
      Logging: { S3Logs: { S3BucketName: 'example-logs', S3KeyPrefix: 'gold/grouped' } },
    })
  })

  it('lets its role write logs there, with the keys that the fleet names, and nothing else', () => {
    const may = allowed(template, 'BuildInstanceSmallRole')
    expect(may['s3:PutObject']).toEqual(['arn:aws:s3:::example-logs/builds/*'])
    expect(may['kms:GenerateDataKey']).toEqual([key])
    expect(allowed(template, 'BuildInstanceGroupedRole')['s3:PutObject']).toEqual([
      'arn:aws:s3:::example-logs/gold/grouped/*',
    ])
  })

  it('needs no bucket of the fleet where nothing logs to it', () => {
    expect(resourcesOf(template, 'AWS::S3::Bucket')).toEqual({})
  })
})
