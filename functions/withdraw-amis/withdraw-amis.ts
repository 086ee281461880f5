import type { EC2Client, Image } from '@aws-sdk/client-ec2'
import { type ClientsIn, readUsesIn } from '../../aws/ami-usage.ts'
import { classify } from '../../aws/errors.ts'
import { snapshotsOf, tagSnapshots } from '../../aws/snapshots.ts'
import { describeTargets } from '../../aws/targets.ts'
import { TargetUnreachable, Transient, WithdrawalIncomplete } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import type { Uses } from '../../domain/releases/usage.ts'
import { isWithdrawn, keeping, type Withdrawal, type WithdrawnAmi } from '../../domain/releases/withdrawal.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { deleteSnapshots, deprecate, disable, ownAmis, ownSnapshots, remove } from './lifecycle.ts'

interface WithdrawAmisDeps {
  fleet: Fleet
  ledger: Pick<Ledger, 'operations'>
  clientsIn: ClientsIn
}

interface WithdrawAmisInput {
  operation: string
  /** The place: whose AMIs, and in which region. */
  account: string
  region: string
  time: string
}

/** Of what uses an AMI, so many are remembered: DynamoDB takes 400 kB in an item. */
const mostUses = 3

/**
 * Deprecates, disables and removes the AMIs of one place, as its operation says. What uses them is asked right before;
 * where that cannot be found out, none is disabled or removed. A repeat goes on with what is left, and changes nothing
 * where all is done.
 *
 * @throws WithdrawalIncomplete naming the place, and why, when all that was possible is done and remembered
 */
export async function withdrawAmis(deps: WithdrawAmisDeps, { operation, account, region, time }: WithdrawAmisInput) {
  const place = { account, region }
  const withdrawal = await deps.ledger.operations.readWithdrawal(operation, place)
  if (!withdrawal) throw new Error(`operation ${operation} withdraws nothing in ${account} ${region}`)
  const { amis } = withdrawal
  const left = amis.filter((ami) => !isWithdrawn(ami))
  try {
    await withdrawAll(deps, withdrawal, left, time)
  } finally {
    await deps.ledger.operations.recordWithdrawn(operation, place, amis)
  }
  const failed = amis.filter(({ outcome }) => outcome === 'failed')
  if (failed.length > 0)
    throw new WithdrawalIncomplete(
      describeTargets(failed.map(({ ami, why }) => ({ target: place, why: `${ami}: ${why}` }))),
    )
  return { withdrawn: amis.filter(isWithdrawn).length, inUse: amis.length - amis.filter(isWithdrawn).length }
}

/** @throws what another try may fix */
async function withdrawAll(deps: WithdrawAmisDeps, withdrawal: Withdrawal, left: WithdrawnAmi[], time: string) {
  const asks = left.some(({ action }) => action !== 'deprecate')
  const images = [...new Set(left.map(({ image }) => image))]
  const known = asks ? await readUsesIn(deps, withdrawal.users, images) : { uses: new Map() }
  try {
    const { ec2 } = await deps.clientsIn(withdrawal)
    const there = await ownAmis(
      ec2,
      left.map(({ ami }) => ami),
    )
    const { name, build } = deps.fleet
    // In the build account Image Builder has tagged them.
    const tag = async (snapshots: readonly string[]) => {
      if (withdrawal.account !== build.account) await tagSnapshots(ec2, snapshots, name)
    }
    for (const ami of left)
      await settle(ami, () => withdraw(ec2, withdrawal, { ami, known, image: there.get(ami.ami), time, tag }))
  } catch (error) {
    if (!(error instanceof TargetUnreachable)) throw error
    for (const ami of left) failed(ami, error)
  }
}

/** What cannot be done to one AMI keeps no other from being withdrawn. */
async function settle(ami: WithdrawnAmi, work: () => Promise<Partial<WithdrawnAmi>>) {
  try {
    for (const before of ['why', 'uses'] as const) delete ami[before]
    Object.assign(ami, await work())
  } catch (error) {
    if (!(error instanceof Error) || classify(error) instanceof Transient) throw error
    failed(ami, error)
  }
}

const failed = (ami: WithdrawnAmi, error: Error) =>
  Object.assign(ami, {
    outcome: 'failed',
    why: error instanceof TargetUnreachable ? error.message : `${error.name}: ${error.message}`,
  })

interface Withdrawn {
  ami: WithdrawnAmi
  known: { uses: Uses; unread?: string }
  /** As EC2 has it; undefined where it is gone. */
  image: Image | undefined
  time: string
  /** Gives snapshots the tag by which they may be deleted: copies that are older than that have none. */
  tag: (snapshots: readonly string[]) => Promise<void>
}

async function withdraw(
  ec2: EC2Client,
  withdrawal: Withdrawal,
  { ami: withdrawn, known, image, time, tag }: Withdrawn,
): Promise<Partial<WithdrawnAmi>> {
  const { ami, action, snapshots = [] } = withdrawn
  if (!image) {
    const left = await ownSnapshots(ec2, snapshots)
    await tag(left)
    const { deleted, stay } = await deleteSnapshots(ec2, left)
    return stay.length > 0 ? leftOver(stay) : { outcome: deleted > 0 ? 'done' : 'gone', snapshots: [] }
  }
  if (action === 'deprecate') {
    await deprecate(ec2, image, time)
    return { outcome: 'done' }
  }
  if (known.unread && !withdrawal.force) return { outcome: 'failed', why: `nobody knows what uses it: ${known.unread}` }
  const uses = known.uses.get(ami) ?? []
  const reported = uses.length > 0 ? { uses: uses.slice(0, mostUses) } : {}
  if (keeping(withdrawal, uses).length > 0) {
    if (withdrawal.otherwise === 'deprecate') await deprecate(ec2, image, time)
    return { outcome: 'in-use', ...reported }
  }
  if (action === 'disable') await disable(ec2, image)
  else {
    await tag(snapshotsOf(image))
    const stay = await remove(ec2, ami)
    if (stay.length > 0) return leftOver(stay)
  }
  return { outcome: 'done', snapshots: [], ...reported }
}

/** A later run finds them by their ids. */
const leftOver = (stay: { snapshot: string; code: string }[]): Partial<WithdrawnAmi> => ({
  outcome: 'failed',
  snapshots: stay.map(({ snapshot }) => snapshot),
  why: `it is gone, but not all of its snapshots: ${stay.map(({ snapshot, code }) => `${snapshot}: ${code}`).join(', ')}`,
})
