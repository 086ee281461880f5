import { SubscriptionFilter } from 'aws-cdk-lib/aws-sns'
import type { Fleet } from '../domain/fleet/model.ts'
import type { Audience } from '../domain/fleet/notify.ts'
import { isAmong } from '../domain/fleet/selection.ts'
import { severities } from '../domain/messages/kinds.ts'

/**
 * An audience as SNS filters by the attributes of a message. SNS takes five of them, and 150 combinations of values
 * (domain/fleet/rules/notify.ts holds a fleet to that).
 * https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
 */
export function filterPolicyOf(fleet: Pick<Fleet, 'images'>, audience: Audience): Record<string, unknown[]> {
  const { severity, images, kinds, rings, upstreams, detail = images !== undefined } = audience
  return {
    ...(!detail && { level: ['summary'] }),
    ...(severity !== 'info' && { severity: severities.slice(severities.indexOf(severity)) }),
    ...(images && { image: images.flatMap((pattern) => matcherOf(pattern, Object.keys(fleet.images))) }),
    ...(kinds && { kind: kinds }),
    ...(rings && { ring: rings }),
    ...(upstreams && { upstream: upstreams }),
  }
}

/** The same as a subscription of the CDK takes it; nothing where nothing is filtered. */
export function filtersOf(fleet: Pick<Fleet, 'images'>, audience: Audience) {
  const policy = Object.entries(filterPolicyOf(fleet, audience))
  const filters = policy.map(([name, values]) => [name, new SubscriptionFilter(values)] as const)
  return filters.length > 0 ? { filterPolicy: Object.fromEntries(filters) } : {}
}

/** SNS knows beginnings, and no patterns: any other is the images that it fits now. */
function matcherOf(pattern: string, images: string[]): unknown[] {
  const [, beginning] = /^([^*?]+)\*$/.exec(pattern) ?? []
  if (beginning !== undefined) return [{ prefix: beginning }]
  return images.filter((image) => isAmong(image, [pattern]))
}
