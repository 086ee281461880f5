import { expect, it } from 'vitest'
import { stateNames } from '../../domain/state-names.ts'
import { readDefinition } from '../../infra/definitions.ts'
import { machineNames } from '../../infra/functions/names.ts'

interface States {
  States: Record<string, { Branches?: States[]; ItemProcessor?: States }>
}

const namesIn = ({ States: states }: States): string[] =>
  Object.entries(states).flatMap(([name, state]) => [
    name,
    ...(state.Branches ?? []).flatMap(namesIn),
    ...(state.ItemProcessor ? namesIn(state.ItemProcessor) : []),
  ])

it.each(machineNames)('knows the states of the machine %s, and no others', (machine) => {
  expect([...stateNames[machine]].sort()).toEqual(namesIn(readDefinition(machine) as States).sort())
})

it('knows every machine', () => {
  expect(Object.keys(stateNames).sort()).toEqual([...machineNames].sort())
})
