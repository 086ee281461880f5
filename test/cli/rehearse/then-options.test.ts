import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BadInput } from '../../../cli/problems.ts'
import { readThen } from '../../../cli/rehearse/then-options.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { smallFleet } from '../small-fleet.ts'

const directory = mkdtempSync(join(tmpdir(), 'rebake-then-'))
afterAll(() => rmSync(directory, { recursive: true }))
const fleet = parseFleet(smallFleet, 'fleet.yaml')
const file = (name: string, text: string) => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

describe('changed fleets', () => {
  it('are read with the time after which they are deployed', () => {
    const path = file('next@home.yaml', smallFleet)
    expect(readThen(fleet, [`${path}@36h`, `${path}@90m`])).toEqual(
      [129_600, 5_400].map((after) => ({ fleet, fleetFile: path, after })),
    )
  })

  it.each([
    ['no time', 'next.yaml', 'expected FLEET@DURATION, as fleet.next.yaml@36h'],
    ['no file', '@36h', 'expected FLEET@DURATION'],
    ['no duration', 'next.yaml@soon', '--then next.yaml@soon: Expected'],
    ['a file that is not there', 'none.yaml@36h', 'none.yaml'],
  ])('are refused with %s', (_, text, message) => {
    const read = () => readThen(fleet, [text])
    expect(read).toThrow(BadInput)
    expect(read).toThrow(message)
  })

  it('are refused where they are another fleet', () => {
    const other = file('other.yaml', smallFleet.replace(/^name: .*$/m, 'name: other'))
    expect(() => readThen(fleet, [`${other}@1h`])).toThrow(
      /its name is other, and that of the fleet before \w+\. Name the same fleet/,
    )
  })
})
