import { networksOf } from '../network.ts'
import { show, wrongValue } from '../problems.ts'
import { type Rule, repeated } from './scope.ts'

/** Each subnet is tried once, and EC2 launches nothing there without a security group of the network's VPC. */
export const subnets: Rule = ({ fleet }) =>
  networksOf(fleet).flatMap(({ path, network }) => [
    ...repeated(network.subnets.map(({ subnet }) => subnet)).map(([subnet, i]) =>
      wrongValue([...path, 'subnets', i], `expected each once, found ${show(subnet)} again`),
    ),
    ...network.subnets.flatMap(({ securityGroups }, i) =>
      securityGroups || network.securityGroups
        ? []
        : [
            wrongValue(
              [...path, 'subnets', i],
              'expected a subnet with securityGroups of its own, as the network has none for all of its subnets, found none',
            ),
          ],
    ),
  ])
