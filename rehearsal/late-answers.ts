import type { Fleet } from '../domain/fleet/model.ts'
import { orderRing } from '../domain/planning/ring-order.ts'
import type { LateAnswer } from '../emulator/index.ts'
import { imageBehind } from './adopted-pipelines.ts'
import type { Faults } from './faults.ts'

/** How many seconds answers about an image of the fleet are late; undefined where they are as late as usual. */
export function latenessOf({ fleet, faults }: { fleet: Fleet; faults: Faults }) {
  const parameters = Object.entries(fleet.images).flatMap(([image, planned]) =>
    planned.rings.map((ring) => ({ image, parameter: orderRing(fleet, image, ring).parameter })),
  )
  const imageOf = (what: LateAnswer): string => {
    if (what.kind !== 'parameter') return imageBehind(fleet, what.kind === 'ami' ? what.imageArn : what.arn)
    const { name } = what
    const own = name.startsWith(`/${fleet.name}/images/`) ? name.split('/')[3] : undefined
    return (
      own ?? parameters.find(({ parameter }) => name === parameter || name.startsWith(`${parameter}/`))?.image ?? ''
    )
  }
  return (what: LateAnswer) => faults.at('answers', imageOf(what))
}
