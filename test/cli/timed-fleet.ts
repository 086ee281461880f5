import { parseFleet } from '../../domain/fleet/parse.ts'
import { smallFleet } from './small-fleet.ts'

/** The small fleet with every kind of upstream, and everything that has to do with time. */
export const timedFleetText = `${smallFleet
  .replace(
    'infrastructure:',
    `  public: { parameter: { name: /aws/service/ami, announcements: 'arn:aws:sns:us-east-1:137112412989:news' } }
  pointed: { parameter: { name: /soe/x, account: '444455556666' } }
  built: { image: { name: soe-rhel } }
  reported: { event: { account: '444455556666', emergencies: true } }
infrastructure:`,
  )
  .replace('rings: [canary] }', 'rings: [canary], scanning: true }')
  .replace(
    'regions: [eu-west-1], soak: 24h }',
    `regions: [eu-west-1], soak: 24h, window: { schedule: cron(0 8 ? * MON-FRI *), timezone: Europe/Berlin, duration: 9h } }`,
  )}patchCycles:
  monthly:
    description: security patches
    schedule: cron(0 2 ? * TUE#2 *)
    timezone: Australia/Sydney
    offset: 1d
  weekly: { schedule: cron(30 3 ? * SUN *), images: ['*a*'], onlyIfChanged: true, flexibleWindow: 2h }
  once: { schedule: 'at(2026-01-01T00:00:00)' }
freezes:
  year-end: { reason: retail peak, from: '2026-12-07T00:00', to: '2027-01-04T00:00', timezone: Australia/Sydney }
  audit: { reason: auditors, from: '2026-11-20T00:00', to: '2026-11-30T00:00', rings: [everyone] }
  move: { reason: migration, from: '2026-06-01T00:00', to: '2026-06-04T00:00', images: ['web*'] }
cves: { critical: 1, high: 10 }
`

export const timedFleet = () => parseFleet(timedFleetText, 'fleet.yaml')
