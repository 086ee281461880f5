import { expect, it } from 'vitest'
import { slow } from '../support/rehearsal.ts'
import { accounts, build, fleetOf, pointers, ringStage, start } from './ring-rehearsal.ts'

const alarm = `arn:aws:cloudwatch:us-west-2:${build.account}:alarm:orders`
const day = 24 * 3_600_000

it('an alarm that fires on the second day, five weeks before the next ring opens, stops the image', {
  timeout: slow,
}, async () => {
  const [first, second] = [accounts(0, 2), accounts(10, 2)]
  const regions = ['us-west-2']
  const window = { schedule: 'cron(0 2 ? * TUE#1 *)', timezone: 'UTC', duration: '4h' }
  const rehearse = await ringStage(
    fleetOf({
      first: { accounts: first, regions, soak: '1h', alarm },
      second: { accounts: second, regions, window },
    }),
  )
  const all = await rehearse({
    targets: [...first, ...second],
    arrange: ({ aws }) => {
      aws.cloudwatch.addAlarm({ ...build, name: 'orders' })
      aws.cloudwatch.setState(alarm, 'ALARM', { at: Date.parse(start) + 2 * day })
      aws.cloudwatch.setState(alarm, 'OK', { at: Date.parse(start) + 3 * day })
    },
  })
  expect(all.status).toBe('failed')
  expect(all.reported).toContain('alarm orders of ring first fired at 2026-09-03T06:00:00.000Z')
  const there = pointers(all.world, '/golden-images/base', second, regions)
  expect(there.filter(({ id }) => id !== undefined)).toEqual([])
})
