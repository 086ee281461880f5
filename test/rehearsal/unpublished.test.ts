import { beforeAll, describe, expect, it } from 'vitest'
import { AwsError, type World } from '../../emulator/index.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { startMachine } from '../../rehearsal/workloads.ts'
import { slow, stageFor } from '../support/rehearsal.ts'
import { fleetOf } from './ring-rehearsal.ts'

/** Nothing can be published, from before the first release on. What it is about goes on all the same. */
const fleet = fleetOf(
  { all: { accounts: ['222233334444'], regions: ['us-west-2'] } },
  {
    retirement: { keep: 1, grace: '1d' },
    freezes: { early: { reason: 'a freeze', from: '2026-09-01T07:00', to: '2026-09-01T09:00' } },
  },
)
const by = 'arn:aws:iam::111122223333:user/alice'

const refuseAll = ({ aws }: World) => {
  aws.sns.operations.Publish = () => {
    throw new AwsError('KMSDisabled', "The request was rejected because the specified AWS KMS key isn't enabled.", 400)
  }
  aws.events.operations.PutEvents = () => {
    throw new AwsError('AccessDeniedException', 'Not allowed.', 400)
  }
}
const retire = (name: string, time: string) => ({
  time,
  do: (world: World) => void startMachine(world, fleet, 'retire', name, { time, by, act: true }),
})

let rehearsal: Rehearsal
let statuses: Record<string, string>
beforeAll(async () => {
  const stage = await stageFor(fleet)
  rehearsal = await stage.rehearse({
    releases: ['2026-09-01T06:00:00Z', '2026-09-02T06:00:00Z', '2026-09-03T06:00:00Z'].map((time) => ({
      upstream: 'soe',
      time,
    })),
    actions: [
      { time: '2026-09-01T06:00:00Z', do: refuseAll },
      {
        time: '2026-09-04T06:00:00Z',
        do: (world) => {
          const request = { image: 'base', version: '1.0.0/3', descendants: false, force: false, reason: 'CVE', by }
          startMachine(world, fleet, 'revoke', 'revoke-1', { ...request, time: '2026-09-04T06:00:00Z' })
        },
      },
      retire('retire-1', '2026-09-08T06:00:00Z'),
      retire('retire-2', '2026-09-12T06:00:00Z'),
    ],
  })
  statuses = Object.fromEntries(
    [...rehearsal.world.stepFunctions.executions.values()].map(({ name, status }) => [name, status]),
  )
}, slow)

describe('where nothing can be published', () => {
  it('every release is released', () => {
    expect(rehearsal.summary.images.map(({ status }) => status)).toEqual(['released', 'released', 'released'])
  })

  it.each(['revoke-1', 'retire-1', 'retire-2'])('%s goes to its end', (name) => {
    expect(statuses[name]).toBe('SUCCEEDED')
  })

  it('people hear it from an alarm, and from nothing else', () => {
    expect(rehearsal.notifications).toEqual([])
    expect(rehearsal.alarms).toContain('small-delivery-failures')
  })
})
