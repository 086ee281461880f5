import { createHash } from 'node:crypto'
import type { Fleet } from '../domain/fleet/model.ts'
import { targetAccounts, upstreamAccounts } from '../infra/targets.ts'

/** The organization of a rehearsal: nobody knows here which accounts an organizational unit really has. */
export interface ImaginedOrganization {
  id: string
  /** Simulated accounts by organizational unit. */
  units: Record<string, string[]>
  /** All of them, those that the fleet lists too. */
  accounts: string[]
}

/** Two accounts in each organizational unit that a ring names, and two in an organization that is a ring. */
export function simulateOrganization(fleet: Fleet): ImaginedOrganization | undefined {
  const { organization: id, build, rings } = fleet
  if (!id) return undefined
  const named = [...new Set(Object.values(rings).flatMap(({ organizationalUnits }) => organizationalUnits))]
  const units = Object.fromEntries(named.map((unit) => [unit, [accountOf(unit, 1), accountOf(unit, 2)]]))
  const isTarget = Object.values(rings).some(({ organization }) => organization)
  const others = isTarget ? [accountOf(id, 1), accountOf(id, 2)] : []
  const listed = [build.account, ...targetAccounts(fleet), ...upstreamAccounts(fleet)]
  return { id, units, accounts: [...new Set([...listed, ...Object.values(units).flat(), ...others])] }
}

/** Accounts that rings reach though nobody lists them. One of an upstream is reached where its organization is a ring. */
export const simulatedTargets = (fleet: Fleet): string[] => {
  const { accounts = [] } = simulateOrganization(fleet) ?? {}
  const isReached = (account: string) =>
    Object.values(fleet.rings).some(({ organization, except }) => organization && !except.includes(account))
  const upstreams = upstreamAccounts(fleet).filter((account) => !isReached(account))
  const known = [fleet.build.account, ...targetAccounts(fleet), ...upstreams]
  return accounts.filter((account) => !known.includes(account))
}

/** Twelve digits that follow from the unit: 99 and a hash. */
const accountOf = (unit: string, nth: number) => {
  const hash = createHash('sha256').update(`${unit}/${nth}`).digest('hex').slice(0, 12)
  return `99${String(Number.parseInt(hash, 16)).padStart(10, '0').slice(-10)}`
}
