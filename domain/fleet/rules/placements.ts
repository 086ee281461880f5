import { networkOf } from '../network.ts'
import { type FleetProblem, show, wrongKey, wrongValue } from '../problems.ts'
import type { Rule } from './scope.ts'

/**
 * What excludes what, and what is of another region.
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_Placement.html
 */
export const placements: Rule = ({ fleet, region }) =>
  Object.entries(fleet.infrastructure).flatMap(([key, configuration]) => {
    const { placement } = configuration
    if (!placement) return []
    const { tenancy = 'default', host, hostResourceGroup: group, availabilityZone: zone } = placement
    const path = ['infrastructure', key, 'placement']
    const subnets = networkOf(fleet, key)?.subnets ?? []
    const findings: FleetProblem[] = []
    for (const name of ['host', 'hostResourceGroup'] as const)
      if (placement[name] !== undefined && tenancy !== 'host')
        findings.push(wrongKey([...path, name], `expected it beside tenancy: host only, found tenancy: ${tenancy}`))
    if (host !== undefined && subnets.length > 1)
      findings.push(
        wrongKey([...path, 'host'], `expected none beside ${subnets.length} subnets: a host is in one zone`),
      )
    if (host !== undefined && group !== undefined)
      findings.push(wrongKey([...path, 'hostResourceGroup'], "expected 'host' or 'hostResourceGroup', found both"))
    const found = group?.split(':')[3]
    if (region && found !== undefined && found !== region)
      findings.push(
        wrongValue(
          [...path, 'hostResourceGroup'],
          `expected a group in the build region ${region}, found one in ${found}`,
        ),
      )
    if (zone !== undefined && subnets.length > 1)
      findings.push(
        wrongKey(
          [...path, 'availabilityZone'],
          `expected none beside ${subnets.length} subnets: each subnet is in a zone of its own`,
        ),
      )
    // A Local Zone has the name of its region before its own: us-west-2-lax-1a.
    const isInRegion = new RegExp(`^${region}(-[a-z]{3}-\\d+)?[a-z]$`)
    if (region && zone !== undefined && !isInRegion.test(zone))
      findings.push(
        wrongValue([...path, 'availabilityZone'], `expected a zone of the build region ${region}, found ${show(zone)}`),
      )
    return findings
  })
