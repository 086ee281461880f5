import { type ClientsIn, readUsesIn } from '../../aws/ami-usage.ts'
import { RequestRefused } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { retirementReport } from '../../domain/messages/retirement.ts'
import type { Target } from '../../domain/planning/ring-order.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import { planRetirement, type RetirementPlan, type Retiring, usesKey } from '../../domain/releases/retirement.ts'
import { type Use, useKinds } from '../../domain/releases/usage.ts'
import { type Withdrawal, withdrawalsOf } from '../../domain/releases/withdrawal.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { everyImage } from '../../ledger/releases.ts'
import type { Notify } from '../runtime/notify.ts'

interface PlanRetirementDeps {
  fleet: Fleet
  ledger: Pick<Ledger, 'fleetState' | 'operations' | 'releases'>
  notify: Notify
  clientsIn: ClientsIn
}

interface Run {
  operation: string
  /** The execution's ARN. */
  execution: string
  time: string
  by: string
  reason?: string | undefined
  /** The caller has seen the plan: it is carried out, whatever the fleet says of its schedule. */
  act: boolean
}

/** The plan as it is at `time`, which notifies nobody. @throws RequestRefused */
export const showPlan = async (deps: PlanRetirementDeps, time: string): Promise<RetirementPlan> =>
  (await plan(deps, time)).shown

/**
 * Decides what a run of retirement does, tells people of it before anything is done, and remembers it place by place. The
 * first run that has something to do tells, and does nothing.
 *
 * @returns the places to withdraw AMIs in
 * @throws RequestRefused where the fleet retires nothing
 */
export async function planRun(deps: PlanRetirementDeps, run: Run): Promise<{ places: Target[] }> {
  const { ledger, notify } = deps
  const { operation, execution, time, by, reason } = run
  const item = await ledger.operations.recordRetirementStarted({
    operation,
    kind: 'retirement',
    execution,
    by,
    ...(reason !== undefined && { reason }),
    status: 'running',
    startedAt: time,
  })
  const { releases, withdrawals, shown } = await plan(deps, time)
  if (shown.releases.length === 0) return { places: [] }
  const why = await onlyReports(deps, run)
  if (!item.reported) {
    await notify(retirementReport({ ...shown, operation, execution, by, reason, onlyReports: why }))
    await ledger.operations.recordReported(operation)
  }
  if (why) return { places: [] }
  // Its time begins again when it is old again.
  for (const { release, action } of releases)
    if (action === 'keep' && release.retired) await ledger.releases.clearRetired(release)
  await ledger.operations.recordWithdrawals(operation, withdrawals)
  return { places: withdrawals.map(({ account, region }) => ({ account, region })) }
}

/** Why a run does nothing, in words. */
async function onlyReports(
  { fleet, ledger }: PlanRetirementDeps,
  { operation, act }: Run,
): Promise<string | undefined> {
  const first = await ledger.operations.recordFirstRetirement(operation)
  if (act) return undefined
  if (fleet.retirement?.dryRun) return 'the fleet says dryRun'
  return first.operation === operation ? 'it is the first run: the next one acts' : undefined
}

async function plan(deps: PlanRetirementDeps, time: string) {
  const { fleet, ledger } = deps
  const { retirement: policy } = fleet
  if (!policy) throw new RequestRefused("the fleet retires nothing: fleet.yaml has no 'retirement'")
  const known = await ledger.fleetState.read()
  const catalog = await ledger.releases.readCatalog(everyImage(fleet, known))
  const byKey = new Map(catalog.map((release) => [usesKey(release), release]))
  const releases = planRetirement({ catalog, known, policy, time }).map((retiring) => ({
    ...retiring,
    release: byKey.get(usesKey(retiring)) as ImageRelease,
  }))
  const due = (['deprecate', 'remove'] as const).flatMap((action) => oldest(releases, action))
  const withdrawals = withdrawalsOf(fleet, due, {
    protects: [...useKinds],
    otherwise: 'keep',
  })
  const { uses, unread } = await usesOf(deps, withdrawals)
  const shown: RetirementPlan = {
    releases: releases.flatMap(({ release, ...retiring }) =>
      retiring.action === 'wait' || due.some((each) => each.release === release) ? [retiring] : [],
    ),
    uses,
    ...(unread && { unread }),
  }
  return { releases, withdrawals, shown }
}

/** What one place withdraws is one item of the ledger, which takes 400 kB: what is more is for the next run. */
const most = 500

const oldest = (releases: readonly (Retiring & { release: ImageRelease })[], action: 'deprecate' | 'remove') =>
  releases
    .filter((each) => each.action === action)
    .sort((a, b) => a.bakedAt.localeCompare(b.bakedAt))
    .slice(0, most)
    .map(({ release }) => ({ release, action }))

/** What uses the releases that would be removed. */
async function usesOf(deps: PlanRetirementDeps, withdrawals: Withdrawal[]) {
  const removed = withdrawals.filter(({ amis }) => amis.some(({ action }) => action === 'remove'))
  const amis = removed.flatMap((withdrawal) => withdrawal.amis.filter(({ action }) => action === 'remove'))
  const read = await readUsesIn(
    deps,
    removed.flatMap(({ users }) => users),
    [...new Set(amis.map(({ image }) => image))],
  )
  const uses: Record<string, Use[]> = {}
  for (const ami of amis) {
    const some = read.uses.get(ami.ami) ?? []
    if (some.length > 0) uses[usesKey(ami)] = [...(uses[usesKey(ami)] ?? []), ...some]
  }
  return { uses, unread: read.unread }
}
