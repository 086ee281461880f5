import type { Held } from '../../functions/hold-image/hold-image.ts'
import { calling } from '../deployment/aws-problems.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { invokerOf } from '../deployment/invoke.ts'
import { ledgerOf } from '../deployment/ledger.ts'
import { type Standing, standingOf } from '../status/standing.ts'

interface Asked {
  image: string
  /** The caller's ARN. */
  by: string
  /** ISO 8601. */
  time: string
}

export type HoldRequest = Asked & ({ do: 'hold'; reason: string } | { do: 'resume' })

/** What holds are to a person. Every call throws BadInput or Failed. */
export interface Holds {
  standing(image: string): Promise<Standing>
  /** Holds an image, or lets it go on: what holds it then, and what held it before. */
  ask(request: HoldRequest): Promise<Held>
}

export function holdsIn(deployment: Deployment): Holds {
  const ledger = ledgerOf(deployment)
  const invoke = invokerOf<Held>(deployment, 'hold-image')
  return {
    standing: (image) => calling(deployment, `read how ${image} stands`, () => standingOf(ledger, image)),
    ask: (request) => calling(deployment, `${request.do} ${request.image}`, () => invoke(request)),
  }
}
