import { type CheckKind, type CheckOrder, checkOrders } from '../check-kinds.ts'
import { platformOf } from '../fleet/graph.ts'
import type { Fleet, Image } from '../fleet/model.ts'

/** Every check of an image. They run side by side. */
export const orderChecks = (fleet: Fleet, name: string, image: Image): CheckOrder[] =>
  (Object.keys(checkOrders) as CheckKind[]).flatMap((kind) => orderKind(kind, fleet, name, image))

function orderKind<K extends CheckKind>(kind: K, fleet: Fleet, name: string, image: Image): CheckOrder<K>[] {
  const asked = image.checks[kind]
  return asked === undefined ? [] : checkOrders[kind](asked, { fleet, name, image })
}

/** Whether a check wants volumes encrypted: then those of copies must be, too. */
export const wantsEncryption = ({ settings }: CheckOrder): boolean => 'encrypted' in settings && settings.encrypted

/** Windows takes its time to start; the platform also decides which shell runs a script. */
export const runsPowerShell = (fleet: Fleet, image: string) => platformOf(fleet, image) === 'Windows'
