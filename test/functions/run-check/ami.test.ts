import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, it } from 'vitest'
import { mockOf } from '../../support/mocks.ts'
import { ami, checking, parentAmi, previous } from './checking.ts'

const ec2 = mockOf(EC2Client)
const described = {
  ImageId: ami,
  State: 'available' as const,
  OwnerId: '111122223333',
  Public: false,
  Architecture: 'x86_64' as const,
  BootMode: 'uefi-preferred' as const,
  ImdsSupport: 'v2.0' as const,
  SourceImageId: parentAmi,
  RootDeviceName: '/dev/xvda',
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, Encrypted: true } }],
  Tags: [{ Key: 'team', Value: 'web' }],
}
const is = (id: string, more: object) =>
  ec2.on(DescribeImagesCommand, { ImageIds: [id] }).resolves({ Images: [{ ...described, ImageId: id, ...more }] })
beforeEach(() => void ec2.reset())
const begun = () => checking('ami', { architecture: 'x86_64', imdsv2: true, encrypted: true, tags: [], maxGrowth: 1 })

describe('the ami check', () => {
  it('passes what is as the fleet says, and has nothing to compare the first with', async () => {
    const { look, verdict } = await begun()
    is(ami, {})
    const item = await look()
    expect(await verdict()).toBe('passed')
    expect(item?.evidence?.results).toContainEqual({
      check: 'comparison',
      passed: true,
      detail: 'nothing is compared: there is no previous release',
    })
    expect(item?.evidence?.results).toContainEqual({
      check: 'encryption',
      passed: true,
      detail: '1 encrypted volumes',
    })
  })

  it('names all that is not', async () => {
    const { look, verdict } = await begun()
    is(ami, { Public: true, ImdsSupport: undefined })
    await look()
    expect(await verdict()).toEqual([
      'not public: expected a private AMI, found a public AMI',
      'IMDSv2: expected IMDSv2 required, found IMDSv1 allowed',
    ])
  })

  it('looks again where the AMI is not there, and fails when its time is over', async () => {
    const { look, verdict } = await begun()
    ec2.on(DescribeImagesCommand).rejects(Object.assign(new Error(), { name: 'InvalidAMIID.NotFound' }))
    await look()
    expect(await verdict()).toBe('no evidence')
    await look(7_200)
    expect(await verdict()).toEqual([
      `in time: not done after 7200 seconds: ${ami} is not there, though Image Builder made it`,
    ])
  })

  it('takes an AMI that comes a minute later as if it had always been there', async () => {
    const { look, verdict } = await begun()
    ec2.on(DescribeImagesCommand).rejects(Object.assign(new Error(), { name: 'InvalidAMIID.NotFound' }))
    await look()
    is(ami, {})
    await look(60)
    expect(await verdict()).toBe('passed')
  })

  it('holds it against its previous release', async () => {
    const { look, verdict, released } = await begun()
    await released()
    is(ami, { Tags: [] })
    is(previous.ami, { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 6 } }] })
    await look()
    expect(await verdict()).toEqual([
      'kept tags: expected the tags of 1.0.0/3, found no team',
      'growth: expected 1 GiB at most, found 2 GiB more than 1.0.0/3',
    ])
  })

  it('says so where that is gone', async () => {
    const { look, verdict, released } = await begun()
    await released()
    is(ami, {})
    ec2
      .on(DescribeImagesCommand, { ImageIds: [previous.ami] })
      .rejects(Object.assign(new Error(), { name: 'InvalidAMIID.Unavailable' }))
    const item = await look()
    expect(await verdict()).toBe('passed')
    expect(item?.evidence?.results.at(-1)?.detail).toBe(
      `nothing is compared: ${previous.ami}, the AMI of the previous release 1.0.0/3, is gone`,
    )
  })
})
