import { type ClientsIn, readUsesIn } from '../../aws/ami-usage.ts'
import { command } from '../../domain/command-text.ts'
import { RequestRefused } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { recordRevoked } from '../../domain/planning/holds.ts'
import { planRevocation, type Revocation, type RevocationRequest } from '../../domain/releases/revocation.ts'
import type { Use, Uses } from '../../domain/releases/usage.ts'
import { keeping, type Withdrawal } from '../../domain/releases/withdrawal.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { rollbackOf } from '../../ledger/operations.ts'
import { everyImage } from '../../ledger/releases.ts'

interface PlanRevocationDeps {
  fleet: Fleet
  ledger: Pick<Ledger, 'fleetState' | 'operations' | 'releases'>
  clientsIn: ClientsIn
}

interface PlanRevocationInput extends RevocationRequest {
  /** The execution's name, and its ARN. */
  operation: string
  execution: string
  time: string
  reason: string
  by: string
}

/** What would be done, for the person who decides about it; `uses` names what runs on the AMIs, where that can be seen. */
export interface Preview extends Revocation {
  uses: (Use & { ami: string })[]
  /** Accounts and regions that nobody could look into, and why. */
  unread?: string
}

/** @throws RequestRefused where there is no such release */
export async function preview(deps: PlanRevocationDeps, request: RevocationRequest): Promise<Preview> {
  const revocation = await revocationOf(deps, request)
  const { withdrawals, releases } = revocation
  const places = withdrawals.flatMap(({ users }) => users)
  const images = [...new Set(releases.map(({ image }) => image))]
  const { uses, unread } = await readUsesIn(deps, places, images)
  return {
    ...revocation,
    uses: runningOn(withdrawals, uses),
    ...(unread !== undefined && { unread }),
  }
}

/** Pointers and launch templates go back: what counts is what keeps an AMI from being disabled. */
function runningOn(withdrawals: readonly Withdrawal[], uses: Uses): Preview['uses'] {
  const amis = withdrawals.flatMap((each) =>
    each.amis.map(({ ami }) => ({ ami, keeping: keeping({ ...each, force: false }, uses.get(ami) ?? []) })),
  )
  const once = new Map(amis.map(({ ami, keeping: some }) => [ami, some]))
  return [...once].flatMap(([ami, some]) => some.map((use) => ({ ...use, ami })))
}

/**
 * Revokes: from here on nothing is baked from the releases and nothing points to them. What is left to do, the ledger
 * keeps; the answer is only names.
 *
 * @throws RequestRefused where there is no such release
 */
export async function plan(deps: PlanRevocationDeps, request: PlanRevocationInput) {
  const { ledger } = deps
  const { operation, execution, time, reason, by } = request
  const { releases, goBack, stranded, rebake, withdrawals } = await revocationOf(deps, request)
  const revoked = { at: time, by, reason, operation }
  for (const release of releases) await ledger.releases.recordRevoked(release, revoked)
  await ledger.fleetState.change((known) =>
    recordRevoked(
      known,
      releases.map(({ ami }) => ami),
      operation,
    ),
  )
  await ledger.operations.recordWithdrawals(operation, withdrawals)
  const { image, version, descendants, force } = request
  const places = withdrawals.map(({ account, region }) => ({ account, region }))
  const item = await ledger.operations.recordRevocationStarted({
    execution,
    kind: 'revocation',
    operation,
    status: 'running',
    by,
    reason,
    startedAt: time,
    image,
    version,
    descendants,
    force,
    releases: releases.map((release) => ({
      image: release.image,
      version: release.version,
      ami: release.ami,
    })),
    goBack,
    stranded,
    rebake,
    places,
  })
  return {
    rollbacks: item.goBack.map((each) => ({ ...each, execution: rollbackOf(operation, each.image) })),
    places: item.places,
  }
}

async function revocationOf({ fleet, ledger }: PlanRevocationDeps, request: RevocationRequest): Promise<Revocation> {
  const known = await ledger.fleetState.read()
  const catalog = await ledger.releases.readCatalog(everyImage(fleet, known))
  const revocation = planRevocation({ fleet, known, catalog }, request)
  if (revocation) return revocation
  throw new RequestRefused(
    `${request.image} has no release ${request.version}; ${command('history', request.image)} has those that there are`,
  )
}
