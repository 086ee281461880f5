import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import { type EventEnvelope, eventTime, type Random, type World } from '../emulator/index.ts'
import type { Faults } from './faults.ts'
import { workIn } from './work.ts'

interface FaultContext {
  fleet: Fleet
  faults: Faults
}

/** Somebody who stops an execution while its image is being baked. */
export async function injectFaults(
  { clock, stepFunctions }: World,
  { fleet, faults }: FaultContext,
  name: string,
  work: string,
): Promise<void> {
  const [, image = ''] = work.split('/')
  const delay = name === resourceName(fleet.name, 'start-bake') ? faults.at('abort', image) : undefined
  if (delay === undefined) return
  clock.at(clock.now() + delay, () => {
    const running = [...stepFunctions.executions.values()].find(
      ({ input, status }) => status === 'RUNNING' && workIn(input) === work,
    )
    running?.stop('Aborted', 'stopped by a person in the console')
  })
}

const hour = 3_600_000

/** Some hours after an image is through its last ring, somebody scans it again, and vulnerabilities are known. */
export function scanAgain(
  world: World,
  { fleet, faults, random }: FaultContext & { random: Random },
  event: EventEnvelope,
): void {
  const { image, imageVersion } = event.detail
  if (event['detail-type'] !== 'Rebake Image Released' || typeof image !== 'string') return
  const findings = faults.at('later scan', image)
  if (!findings) return
  const { critical = 0, high = 0, medium = 0 } = findings
  const { clock, buses } = world
  const { account, region } = fleet.build
  const arn = (resource: string) => `arn:aws:imagebuilder:${region}:${account}:${resource}`
  const name = resourceName(fleet.name, image)
  const chance = random.fork(`scan/${image}/${imageVersion}`)
  clock.at(clock.now() + chance.integer(2 * hour, 8 * hour), () => {
    buses.put(
      {
        version: '0',
        id: chance.uuid(),
        'detail-type': 'EC2 Image Builder CVE Detected',
        source: 'aws.imagebuilder',
        account,
        region,
        time: eventTime(new Date(clock.now())),
        resources: [arn(`image/${name}/${imageVersion}`), arn(`image-pipeline/${name}`)],
        detail: {
          'resource-id': `i-0${chance.hex(16)}`,
          'finding-severity-counts': { all: critical + high + medium, critical, high, medium },
        },
      },
      'default',
    )
  })
}
