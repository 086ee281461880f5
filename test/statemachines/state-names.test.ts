import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { stateNames } from '../../domain/state-names.ts'
import { machineNames } from '../../infra/functions/names.ts'

interface States {
  States: Record<string, { Branches?: States[]; ItemProcessor?: States }>
}

const namesIn = ({ States: states }: States): string[] =>
  Object.entries(states).flatMap(([name, { Branches = [], ItemProcessor }]) => [
    name,
    ...Branches.flatMap(namesIn),
    ...(ItemProcessor ? namesIn(ItemProcessor) : []),
  ])

it.each(machineNames)('knows the states of the machine %s, and no others', (machine) => {
  const definition = JSON.parse(readFileSync(`statemachines/${machine}.asl.json`, 'utf8')) as States
  expect([...stateNames[machine]].sort()).toEqual(namesIn(definition).sort())
})

it('knows every machine', () => {
  expect(Object.keys(stateNames).sort()).toEqual([...machineNames].sort())
})
