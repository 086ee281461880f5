import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { classify, isDependedOn, isMissing } from '../../aws/errors.ts'
import { deleteLeftover } from '../../aws/made-by-image-builder.ts'
import { Transient } from '../../domain/errors.ts'
import { rollOutsIn } from '../../domain/locks.ts'
import type { Leftover, LeftoverKind } from '../../domain/releases/leftovers.ts'
import { usesKey } from '../../domain/releases/retirement.ts'
import { isWithdrawn } from '../../domain/releases/withdrawal.ts'
import type { Ledger } from '../../ledger/ledger.ts'

interface RemoveLeftoversDeps {
  ledger: Pick<Ledger, 'locks' | 'operations' | 'waits'>
  imageBuilder: ImagebuilderClient
}

/** What somebody needs stays, and is no failure. Nobody may need an image whose AMIs are gone. */
const ifDependedOn = {
  image: 'failed',
  'distribution-configuration': 'in-use',
  'image-recipe': 'in-use',
  component: 'in-use',
} as const satisfies Record<LeftoverKind, Leftover['outcome']>

/**
 * Removes what Image Builder keeps, as the run of retirement says, once the AMIs are gone everywhere. A repeat goes on with what is
 * left, and changes nothing where all is done.
 *
 * @throws Transient when all that was possible is remembered
 */
export async function removeLeftovers(
  { ledger, imageBuilder }: RemoveLeftoversDeps,
  { operation }: { operation: string },
): Promise<{ removed: number; left: number }> {
  const leftovers = await ledger.operations.readLeftovers(operation)
  const amis = (await ledger.operations.readWithdrawals(operation)).flatMap((withdrawal) => withdrawal.amis)
  const staying = new Set(amis.filter((ami) => !isWithdrawn(ami)).map(usesKey))
  const rollingOut = rollOutsIn(await ledger.locks.read())
  const whyStays: Record<LeftoverKind, (leftover: Leftover) => string | undefined> = {
    image: ({ image, version = '' }) => (staying.has(usesKey({ image, version })) ? 'its AMIs are there' : undefined),
    'distribution-configuration': ({ image }) =>
      rollingOut.includes(image) ? 'a roll-out of the image has begun' : undefined,
    'image-recipe': () => undefined,
    component: () => undefined,
  }
  try {
    for (const leftover of leftovers.filter((each) => !isWithdrawn(each))) {
      delete leftover.why
      const why = whyStays[leftover.kind](leftover)
      // Image Builder says that an image is deleted, and nobody waits for that.
      if (leftover.kind === 'image' && why === undefined) await ledger.waits.forget(leftover.arn)
      Object.assign(leftover, why === undefined ? await remove(imageBuilder, leftover) : { outcome: 'in-use', why })
    }
  } finally {
    if (leftovers.length > 0) await ledger.operations.recordRemoved(operation, leftovers)
  }
  const removed = leftovers.filter(isWithdrawn).length
  return { removed, left: leftovers.length - removed }
}

/** @throws Transient */
async function remove(client: ImagebuilderClient, leftover: Leftover): Promise<Pick<Leftover, 'outcome' | 'why'>> {
  try {
    await deleteLeftover(client, leftover)
    return { outcome: 'done' }
  } catch (error) {
    if (!(error instanceof Error) || classify(error) instanceof Transient) throw error
    const why = `${error.name}: ${error.message}`
    if (isMissing(error)) return { outcome: 'gone' }
    return { outcome: isDependedOn(error) ? ifDependedOn[leftover.kind] : 'failed', why }
  }
}
