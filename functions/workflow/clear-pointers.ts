import { SSMClient } from '@aws-sdk/client-ssm'
import { classify } from '../../aws/errors.ts'
import { type Pause, pointTo, readPointers } from '../../aws/pointers.ts'
import { failureLines, Sessions, tryEach } from '../../aws/targets.ts'
import { Transient } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { recordCleared } from '../../domain/planning/holds.ts'
import { placeOf, type Target } from '../../domain/planning/ring-order.ts'
import { amiIn, type PointerNames, withoutRevoked } from '../../domain/releases/channels.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import { ownPointers, ringPointers } from '../../domain/releases/usage.ts'
import type { Ledger } from '../../ledger/ledger.ts'

export interface ClearDeps {
  fleet: Pick<Fleet, 'name' | 'build' | 'rings'>
  ledger: Pick<Ledger, 'fleetState' | 'operations' | 'releases'>
  /** Of the build account. */
  ssm: SSMClient
  pause?: Pause
}

/**
 * Takes the AMIs of a revocation out of every parameter that still names one, in the build account and wherever they may be
 * used. What another try may not fix is left to the hourly job. A repeat changes nothing where all is done.
 *
 * @returns what could not be cleared, in words: one line for each reason
 * @throws what another try may fix
 */
export async function clearPointers(deps: ClearDeps, operation: string): Promise<string[]> {
  const { fleet, ledger } = deps
  const record = await ledger.operations.readRevocation(operation)
  if (!record) throw new Error(`there is no revocation ${operation}`)
  const images = [...new Set(record.releases.map(({ image }) => image))]
  const releases = Map.groupBy(await ledger.releases.readCatalog(images), ({ image }) => image)
  const users = (await ledger.operations.readWithdrawals(operation)).flatMap((withdrawal) => withdrawal.users)
  const places = [...new Map([fleet.build, ...users].map((place) => [placeOf(place), place])).values()]
  const [, partition = ''] = record.execution.split(':')
  // No Targets: the hourly job has no other need of EC2.
  const sessions = new Sessions({ fleet: fleet.name, partition, session: operation })
  const { failures } = await tryEach(places, async ({ account, region }) => {
    const place = { account, region }
    for (const image of images) {
      const own = releases.get(image) ?? []
      if (placeOf(place) === placeOf(fleet.build))
        await clear(deps, deps.ssm, { releases: own, names: ownPointers(fleet.name, image), amiOf: ({ ami }) => ami })
      for (const names of ringPointers(fleet, image, place))
        await clear(deps, new SSMClient(await sessions.configFor(place)), {
          releases: own,
          names,
          amiOf: inPlace(place),
        })
    }
  })
  const passing = failures.find(({ error }) => classify(error) instanceof Transient)
  if (passing) throw passing.error
  if (failures.length === 0) await ledger.fleetState.change((known) => recordCleared(known, operation))
  return failureLines(failures).map((line) => `its parameters still name it: ${line}`)
}

interface Clearing {
  releases: readonly ImageRelease[]
  names: PointerNames
  amiOf: (release: ImageRelease) => string | undefined
}

const inPlace = (place: Target) => (release: ImageRelease) => amiIn(release, place)

async function clear({ pause }: ClearDeps, ssm: SSMClient, { releases, names, amiOf }: Clearing): Promise<void> {
  const held = await readPointers(ssm, Object.values(names))
  await pointTo(ssm, withoutRevoked(releases, names, held, amiOf), { pause })
}
