import { describe, expect, it } from 'vitest'
import { doneAt, isStep, waitAt } from '../../domain/rebake-steps.ts'
import { stateNames } from '../../domain/state-names.ts'

const steps = stateNames.rebake.filter(isStep)

describe('the steps of a rebake', () => {
  it('are not those in which it waits for its children, or fails', () => {
    expect(['Rebake Child', 'Roll Out and Rebake Children', 'Record Rebake Failure', ''].filter(isStep)).toEqual([])
  })

  it.each(['A State of Another Version', 'toString'])('are those that nobody knows, too: %s', (state) => {
    expect([isStep(state), doneAt(state, 60, 600), waitAt(state)]).toEqual([true, 0, undefined])
  })

  it('are between nothing and all of it', () => {
    const dones = steps.map((step) => doneAt(step, 0, 600))
    expect(Math.min(...dones)).toBeGreaterThan(0)
    expect(Math.max(...dones)).toBeLessThan(1)
  })

  it('go on as a rebake does', () => {
    const inOrder = [
      'Acquire Bake Lock',
      'Start Bake',
      'Await Bake',
      'Run Checks',
      'Mark Candidate',
      'Acquire Rollout Lock',
      'Soak',
    ]
    const dones = inOrder.map((step) => doneAt(step, 0, 600))
    expect(dones).toEqual(dones.toSorted((a, b) => a - b))
  })

  it('take their time where it is known: the bake', () => {
    expect(doneAt('Await Bake', 300, 600)).toBeCloseTo(0.365)
    expect(doneAt('Await Bake', 6000, 600)).toBeLessThan(doneAt('Inspect Bake', 0, 600))
    expect(doneAt('Await Bake', 0, 0)).toBe(doneAt('Await Bake', 0, 600))
    expect(doneAt('Soak', 86_400, 600)).toBe(doneAt('Soak', 0, 600))
  })
})
