import type { Fleet } from '../domain/fleet/model.ts'

/** The name is Image Builder's: it assumes this role in each account that it copies an AMI to. */
export const crossAccountRoleName = 'EC2ImageBuilderDistributionCrossAccountRole'

const unique = (values: string[]) => [...new Set(values)].sort()

/** Every account that a ring distributes to. */
export const targetAccounts = (fleet: Fleet) =>
  unique(Object.values(fleet.rings).flatMap((ring) => ring.accounts))

/** Every region that a ring distributes to. */
export const targetRegions = (fleet: Fleet) =>
  unique(Object.values(fleet.rings).flatMap((ring) => ring.regions))
