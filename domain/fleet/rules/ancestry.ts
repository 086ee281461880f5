import { pointerName, resourceName, targetParameter } from '../../names.ts'
import type { Fleet } from '../model.ts'
import { show, wrongValue } from '../problems.ts'
import { patternsMeet } from '../selection.ts'
import type { Rule, Scope } from './scope.ts'

/**
 * An upstream that is the fleet's own product would set off a campaign with every campaign, for ever. What only the
 * AMI itself can tell is looked at when a release comes in: `bakedAs` in domain/planning/upstream-release.ts.
 */
const why = 'every campaign would set off another'

/** Without these the fleet's products are not known by name. */
const named = ({ fleet, given }: Scope) => given(['name']) === fleet.name

export const ownImages: Rule = (scope) =>
  Object.entries(scope.fleet.upstreams).flatMap(([key, upstream]) => {
    const own = scope.names.images?.find((name) => upstream.image?.name === resourceName(scope.fleet.name, name))
    return own !== undefined && named(scope)
      ? [
          wrongValue(
            ['upstreams', key, 'image', 'name'],
            `expected an image that is not of this fleet, found ${show(own)} of this fleet: ${why}`,
          ),
        ]
      : []
  })

export const ownParameters: Rule = (scope) =>
  Object.entries(scope.fleet.upstreams).flatMap(([key, upstream]) => {
    const { parameter } = upstream
    if (!parameter || !named(scope)) return []
    const { fleet } = scope
    const account = parameter.account ?? fleet.build.account
    const publisher =
      account === fleet.build.account && parameter.name.startsWith(pointers(fleet))
        ? 'keeps its pointers under'
        : publishes(scope, account, parameter.name)
    return publisher
      ? [
          wrongValue(
            ['upstreams', key, 'parameter', 'name'],
            `expected a parameter that this fleet does not write, found one that it ${publisher}: ${why}`,
          ),
        ]
      : []
  })

/** `/golden/images/` */
const pointers = ({ name }: Fleet) => pointerName(name, '', 'stable').replace(/\/stable$/, '')

/** An upstream's parameter is one of the build region; rings elsewhere write others of the same name. */
function publishes({ fleet, region }: Scope, account: string, parameter: string): string | undefined {
  for (const [image, { rings }] of Object.entries(fleet.images))
    for (const ring of rings) {
      const target = fleet.rings[ring]
      if (!target?.accounts.includes(account) || !region || !target.regions.includes(region)) continue
      if (targetParameter(target.parameter, { fleet: fleet.name, image, ring }) === parameter)
        return `writes for ${show(image)} in ring ${show(ring)}`
    }
  return undefined
}

/**
 * Image Builder ends the name of an AMI, or the recipe's where none is set, with the time of the build:
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/cr-upd-ami-distribution-settings.html
 * A ring's accounts own their copies, which have the same names.
 */
export const ownAmis: Rule = (scope) =>
  Object.entries(scope.fleet.upstreams).flatMap(([key, upstream]) => {
    const { ami } = upstream
    if (!ami || !named(scope)) return []
    const own = ownersOf(scope).find(
      ({ image, accounts }) =>
        accounts.includes(ami.owner) && patternsMeet(ami.name, `${resourceName(scope.fleet.name, image)} *`),
    )
    return own
      ? [
          wrongValue(
            ['upstreams', key, 'ami', 'name'],
            `expected a name that no AMI of this fleet has, found ${show(ami.name)}, which fits those of ${show(own.image)} in account ${ami.owner}: ${why}`,
          ),
        ]
      : []
  })

/** The accounts in which an image's AMIs are, in the build region. */
const ownersOf = ({ fleet, region }: Scope) =>
  Object.entries(fleet.images).map(([name, image]) => ({
    image: name,
    accounts: [
      fleet.build.account,
      ...image.rings.flatMap((ring) => {
        const target = fleet.rings[ring]
        return target && region && target.regions.includes(region) ? target.accounts : []
      }),
    ],
  }))
