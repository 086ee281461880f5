/** Policies that AWS manages and that roles of the fleet have: not every partition has each of them. */
export const managedPolicies = {
  /** Image Builder bakes with it; it exists since June 2026. */
  bake: 'EC2ImageBuilderExecutionPolicy',
  /** Image Builder demands it, by name, of the role that it copies through in a target. */
  copy: 'Ec2ImageBuilderCrossAccountDistributionAccess',
} as const
