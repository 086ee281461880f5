import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FaultKind, Faults, faultKinds, parseFault } from '../../rehearsal/faults.ts'

const kinds = Object.keys(faultKinds) as FaultKind[]

describe('parseFault', () => {
  it.each(kinds)('reads %s', (kind) => {
    expect(parseFault(`${kind}=al2023-java`)).toEqual({ kind, target: 'al2023-java' })
  })

  it('keeps everything after the first = as the target', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.stringMatching(/^[ -~]+$/), (kind, target) => {
        expect(parseFault(`${kind}=${target}`)).toEqual({ kind, target })
      }),
    )
  })

  it.each([
    ['build-explodes=web'],
    ['build-fails'],
    ['build-fails='],
    ['=web'],
    [''],
    ['Build-Fails=web'],
    ['constructor=web'],
    ['__proto__=web'],
    ['toString=web'],
    ['hasOwnProperty=web'],
  ])("refuses '%s', and lists every kind with what it is for", (text) => {
    const listed = kinds.map((kind) => `  ${kind}=${faultKinds[kind]}`).join('\n')
    expect(() => parseFault(text)).toThrow(
      new Error(`'${text}' is no fault. Write KIND=TARGET, with one of:\n${listed}`),
    )
  })

  it.each(kinds)('%s says what its target is', (kind) => {
    expect(faultKinds[kind]).toMatch(/^(IMAGE|UPSTREAM|FUNCTION): \S/)
  })
})

describe('the faults of a rehearsal', () => {
  const faults = () =>
    new Faults(
      ['build-fails=web', 'handler-crashes=start-bake', 'handler-crashes=start-bake'].map(parseFault),
    )

  it.each<[FaultKind, string, boolean]>([
    ['build-fails', 'web', true],
    ['build-fails', 'api', false],
    ['test-fails', 'web', false],
  ])('has %s of %s: %s', (kind, target, expected) => {
    const all = faults()
    expect([all.has(kind, target), all.has(kind, target)]).toEqual([expected, expected])
  })

  it('are taken as often as they were given', () => {
    const all = faults()
    const taken = [1, 2, 3].map(() => all.take('handler-crashes', 'start-bake'))
    expect(taken).toEqual([true, true, false])
    expect(all.take('handler-crashes', 'claim-image')).toBe(false)
    expect(all.has('build-fails', 'web')).toBe(true)
  })
})
