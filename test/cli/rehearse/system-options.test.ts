import { expect, it } from 'vitest'
import { readSystems } from '../../../cli/rehearse/system-options.ts'
import { exampleFleet } from '../../support/fleets.ts'

const fleet = exampleFleet()

it('reads the systems of upstreams', () => {
  expect(readSystems(fleet, ['al2023-soe=red-hat', 'ubuntu-soe=windows'])).toEqual({
    'al2023-soe': 'red-hat',
    'ubuntu-soe': 'windows',
  })
})

it.each([
  ['al2023=ubuntu', "--os al2023=ubuntu: the fleet has no upstream 'al2023'"],
  ['al2023-soe=ubunto', '--os al2023-soe=ubunto: expected one of amazon-linux, bottlerocket, ubuntu, red-hat'],
  ['al2023-soe', '--os al2023-soe: expected one of amazon-linux'],
])('refuses %s', (text, message) => {
  expect(() => readSystems(fleet, [text])).toThrow(message)
})
