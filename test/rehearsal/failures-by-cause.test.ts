import { beforeAll, describe, expect, it } from 'vitest'
import type { ImageOutcome } from '../../emulator/index.ts'
import { slow } from '../support/rehearsal.ts'
import { fleetOf, ringStage } from './ring-rehearsal.ts'

/** What people read of a failure, in each form in which Image Builder may tell it. */

const accounts = ['222233334444']
const regions = ['us-west-2']
const fleet = fleetOf({ all: { accounts, regions } })
let play: Awaited<ReturnType<typeof ringStage>>
beforeAll(async () => {
  play = await ringStage(fleet)
}, slow)

const failing = async (outcome: ImageOutcome) =>
  (await play({ targets: accounts, outcome: () => outcome })).reportedOf('base')

describe('a copy that fails', () => {
  const failedCopies = [{ account: '222233334444', region: 'us-west-2', reason: 'Given key ID is not accessible' }]

  it('is named by the context of the failure', { timeout: slow }, async () => {
    const reported = await failing({ failedCopies })
    expect(reported).toContain('222233334444 us-west-2: Given key ID is not accessible')
    expect(reported).toContain("What to do: Check the ring's kmsKeys")
  })

  it('is not made up where Image Builder names none', { timeout: slow }, async () => {
    const reported = await failing({ failedCopies, silent: true })
    expect(reported).toContain(
      'Distribution failed for 1 of 1 copies.; Image Builder does not say which targets it is about',
    )
  })

  it('for a key that AWS manages is no matter of roles', { timeout: slow }, async () => {
    const reason = 'Snapshots encrypted with the AWS Managed CMK can’t be shared'
    const reported = await failing({ failedCopies: [{ account: '222233334444', reason }] })
    expect(reported).toContain('encrypted with alias/aws/ebs')
    expect(reported).toContain('Name the root by root, and every other volume of the parent in volumes of the image')
    expect(reported).not.toContain('EC2ImageBuilderDistributionCrossAccountRole')
  })
})

describe('a ring whose licenses cannot be associated once', () => {
  const license =
    'arn:aws:license-manager:us-west-2:111122223333:license-configuration:lic-0123456789abcdef0123456789abcdef'

  it('is released, by a distribution of its own', { timeout: slow }, async () => {
    const licensed = await ringStage(fleetOf({ all: { accounts, regions, licenses: [license] } }))
    const { status, world } = await licensed({
      targets: accounts,
      outcome: ({ arn }) => (arn.endsWith('/2') ? { failsAt: 'INTEGRATING', reason: 'no such license' } : {}),
    })
    expect(status).toBe('released')
    const tried = ['RetryImage', 'DistributeImage']
    const calls = world.aws.calls.filter(({ operation }) => tried.includes(operation))
    expect(calls.map(({ operation, error }) => `${operation} ${error?.name ?? ''}`.trim())).toEqual([
      'DistributeImage',
      'RetryImage InvalidRequestException',
      'DistributeImage',
    ])
  })
})
