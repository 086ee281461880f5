import { describe, expect, it } from 'vitest'
import { readFaults } from '../../../cli/rehearse/fault-options.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { smallFleet } from '../small-fleet.ts'

const fleet = parseFleet(smallFleet, 'fleet.yaml')

describe('faults', () => {
  it('are read with their targets', () => {
    expect(readFaults(fleet, ['build-fails=java', 'untrusted-owner=ubuntu', 'handler-crashes=start-bake'])).toEqual([
      { kind: 'build-fails', target: 'java' },
      { kind: 'untrusted-owner', target: 'ubuntu' },
      { kind: 'handler-crashes', target: 'start-bake' },
    ])
  })

  it.each([
    { text: 'nonsense', message: 'build-fails=IMAGE' },
    { text: 'build-fails', message: 'build-fails=IMAGE' },
    { text: 'build-fails=jvaa', message: "the fleet has no 'jvaa', did you mean 'java'?" },
    {
      text: 'scan-finds=java',
      message: '--fault scan-finds=java cannot happen: the fleet does not have java scanned',
    },
    { text: 'slack-refuses=constructor', message: 'the fleet has no Slack channel constructor' },
    { text: 'handler-crashes=start-bakes', message: "the fleet has no 'start-bakes', did you mean 'start-bake'?" },
    { text: 'untrusted-owner=java', message: "the fleet has no 'java'; it has al2023 and ubuntu" },
  ])('$text is refused with what there is', ({ text, message }) => {
    expect(() => readFaults(fleet, [text])).toThrow(message)
  })
})
