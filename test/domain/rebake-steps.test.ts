import { describe, expect, it } from 'vitest'
import { doneAt, isStep, steps } from '../../domain/rebake-steps.ts'
import { readDefinition } from '../../infra/definitions.ts'

interface States {
  States: Record<string, { Branches?: States[]; ItemProcessor?: States }>
}

const machine = readDefinition('rebake') as States
const namesIn = ({ States: states }: States): string[] =>
  Object.entries(states).flatMap(([name, state]) => [
    name,
    ...(state.Branches ?? []).flatMap(namesIn),
    ...(state.ItemProcessor ? namesIn(state.ItemProcessor) : []),
  ])

describe('the steps of a rebake', () => {
  it('are states of its state machine', () => {
    expect(steps.filter((step) => !namesIn(machine).includes(step))).toEqual([])
  })

  it('are not those in which it waits for its children, or fails', () => {
    expect(['Rebake Child', 'Ship and Descend', 'Fail Rebake', 'toString'].filter(isStep)).toEqual([])
  })

  it('are between nothing and all of it, in order', () => {
    const dones = steps.map((step) => doneAt(step, 0, 600))
    expect(dones).toEqual(dones.toSorted((a, b) => a - b))
    expect(Math.min(...dones)).toBeGreaterThan(0)
    expect(Math.max(...dones)).toBeLessThan(1)
  })

  it('take their time where it is known: the bake', () => {
    expect(doneAt('Await Bake', 300, 600)).toBeCloseTo(0.365)
    expect(doneAt('Await Bake', 6000, 600)).toBeLessThan(doneAt('Inspect Bake', 0, 600))
    expect(doneAt('Await Bake', 0, 0)).toBe(doneAt('Await Bake', 0, 600))
    expect(doneAt('Soak', 86_400, 600)).toBe(doneAt('Soak', 0, 600))
  })
})
