import { describe, expect, it } from 'vitest'
import type { World } from '../../emulator/index.ts'
import { slow } from '../support/rehearsal.ts'
import { accounts, build, fleetOf, pointers, ringStage } from './ring-rehearsal.ts'

/** Parameters that others made before: their data type never changes. */

const [untouched = '', asText = '', asImage = ''] = accounts(1, 3)
const region = build.region
const fleet = fleetOf({ all: { accounts: [untouched, asText, asImage], regions: [region] } })
const parameter = '/golden-images/base'
const old = 'ami-0123456789abcdef0'

const typeIn = ({ aws }: World, name: string, account: string) =>
  aws.call({
    principal: aws.iam.operator(account),
    service: 'ssm',
    operation: 'GetParameter',
    input: { Name: name },
    account,
  }) as Promise<{ Parameter: { DataType: string; Value: string } }>

describe('targets with a parameter of each type, and with none', () => {
  it('all get the release, each in a parameter of the type that it was', { timeout: 2 * slow }, async () => {
    const play = await ringStage(fleet)
    const { status, world } = await play({
      targets: [untouched, asText, asImage],
      arrange: ({ aws }) => {
        const seed = (account: string, dataType: 'text' | 'aws:ec2:image') =>
          aws.ssm.seed({ account, region }, { name: parameter, value: old, dataType, unannounced: true })
        seed(asText, 'text')
        seed(asImage, 'aws:ec2:image')
      },
    })
    expect(status).toBe('released')
    for (const { account, ami } of pointers(world, parameter, [untouched, asText, asImage], [region]))
      expect(ami?.image.OwnerId).toBe(account)
    const types = [untouched, asText, asImage].map((account) => typeIn(world, parameter, account))
    expect((await Promise.all(types)).map(({ Parameter }) => Parameter.DataType)).toEqual([
      'aws:ec2:image',
      'text',
      'aws:ec2:image',
    ])
  })
})

describe('a parent that somebody put there', () => {
  const parent = '/small/images/base/parent'

  it('as the doctor says, is baked on', { timeout: 2 * slow }, async () => {
    const play = await ringStage(fleet)
    const { status, world } = await play({
      targets: [untouched, asText, asImage],
      // aws ssm put-parameter --name /small/images/base/parent --type String --value ami-...
      arrange: ({ aws }) => aws.ssm.seed(build, { name: parent, value: old, unannounced: true }),
    })
    expect(status).toBe('released')
    expect((await typeIn(world, parent, build.account)).Parameter).toMatchObject({ DataType: 'text' })
  })

  it('as the type of AMIs, is named, and what to do about it', { timeout: 2 * slow }, async () => {
    const play = await ringStage(fleet)
    const { status, reportedOf } = await play({
      targets: [untouched, asText, asImage],
      arrange: ({ aws }) =>
        aws.ssm.seed(build, { name: parent, value: old, dataType: 'aws:ec2:image', unannounced: true }),
    })
    expect(status).toBe('failed')
    expect(reportedOf('base')).toContain(`the parameter that its recipe takes the parent from could not be written`)
    expect(reportedOf('base')).toContain(`Why: ${parent}: `)
    expect(reportedOf('base')).toContain('aws ssm delete-parameter --name NAME')
  })
})
