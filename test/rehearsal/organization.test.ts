import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { simulatedTargets, simulateOrganization } from '../../rehearsal/organization.ts'
import { exampleFleet } from '../support/fleets.ts'

const example = exampleFleet()
const withRing = (more: Partial<Fleet['rings'][string]>): Fleet => ({
  ...example,
  rings: { ...example.rings, everyone: { ...(example.rings.everyone as Fleet['rings'][string]), ...more } },
})

describe('the organization of a rehearsal', () => {
  it('has two accounts in each unit that a ring names, always the same', () => {
    const fleet = withRing({ accounts: [], organizationalUnits: ['ou-exam-workload1', 'ou-exam-workload2'] })
    const { units } = simulateOrganization(fleet) ?? {}
    expect(Object.keys(units ?? {})).toEqual(['ou-exam-workload1', 'ou-exam-workload2'])
    const accounts = Object.values(units ?? {}).flat()
    expect(new Set(accounts).size).toBe(4)
    for (const account of accounts) expect(account).toMatch(/^99\d{10}$/)
    expect(simulatedTargets(fleet).sort()).toEqual([...accounts].sort())
    expect(simulateOrganization(fleet)).toEqual(simulateOrganization(fleet))
  })

  it('has the accounts that the fleet lists, and some more where all of them are targets', () => {
    const { accounts = [] } = simulateOrganization(withRing({ organization: true })) ?? {}
    expect(accounts).toEqual(expect.arrayContaining(['111122223333', '222233334444', '444455556666']))
    const reached = simulatedTargets(withRing({ organization: true }))
    expect(reached).toHaveLength(3)
    // An upstream's account belongs to the organization, too.
    expect(reached).toContain('444455556666')
    expect(simulatedTargets(withRing({ organization: true, except: ['444455556666'] }))).toHaveLength(2)
  })

  it('is none where the fleet names none, and adds nobody where rings list their accounts', () => {
    const { organization: _, ...alone } = example
    expect(simulateOrganization(alone as Fleet)).toBeUndefined()
    expect(simulatedTargets(example)).toEqual([])
  })
})
