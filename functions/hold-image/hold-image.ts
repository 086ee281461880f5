import type { SFNClient } from '@aws-sdk/client-sfn'
import * as v from 'valibot'
import { type Hold, hold, resume } from '../../domain/planning/holds.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { arn, text, time } from '../runtime/schemas.ts'
import { refuseUnderWay, requireHold } from '../workflow/hold-guard.ts'

const asked = { image: text, by: arn, time }
export const HoldRequest = v.variant('do', [
  v.object({ ...asked, do: v.literal('hold'), reason: v.pipe(text, v.maxLength(1_000)) }),
  v.object({ ...asked, do: v.literal('resume') }),
])
type HoldRequest = v.InferOutput<typeof HoldRequest>

/** What holds the image now, and what held it before. */
export interface Held {
  held?: Hold
  before?: Hold
}

/**
 * Holds an image where it is, or lets it go on. Who held it first holds it; the same again changes nothing.
 *
 * @throws RequestRefused where an operation that still runs holds it, and it is to go on
 */
export async function holdImage(
  deps: { ledger: Pick<Ledger, 'fleetState' | 'operations'>; stepFunctions: SFNClient },
  request: HoldRequest,
): Promise<Held> {
  const { ledger } = deps
  const { image, by, time: at } = request
  const { held: before } = (await ledger.fleetState.read()).images[image] ?? {}
  if (request.do === 'resume') await refuseUnderWay(deps, image, before)
  const known = await ledger.fleetState.change((current) => {
    requireHold(current, image, before)
    if (request.do === 'resume') return resume(current, image)
    return before ? current : hold(current, image, { at, by, reason: request.reason })
  })
  const { held } = known.images[image] ?? {}
  return { ...(held && { held }), ...(before && { before }) }
}
