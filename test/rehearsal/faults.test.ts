import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FaultKind, Faults, faultKinds, impossible, parseFault } from '../../rehearsal/faults.ts'
import { rehearse } from '../../rehearsal/rehearse.ts'
import { exampleFleet } from '../support/fleets.ts'
import { everySource } from './sources.ts'

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
    expect(faultKinds[kind]).toMatch(/^(IMAGE|UPSTREAM|FUNCTION|CHANNEL): \S/)
  })
})

describe('the faults of a rehearsal', () => {
  const faults = () =>
    new Faults(['build-fails=web', 'handler-crashes=start-bake', 'handler-crashes=start-bake'].map(parseFault))

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

describe('a fault that cannot happen', () => {
  const fleet = everySource()
  it.each([
    ['release-lost=quiet', 'nothing tells of the releases of quiet'],
    ['release-late=quiet', 'nothing tells of the releases of quiet'],
    ['release-doubled=quiet', 'nothing tells of the releases of quiet'],
    ['shared-late=built', "the AMIs of built are the build account's own"],
    ['never-shared=built', "the AMIs of built are the build account's own"],
    ['untrusted-owner=built', "the images of built are the build account's own"],
    ['cve-found=on-own', 'the fleet does not have on-own scanned'],
    ['scan-finds=on-own', 'the fleet does not have on-own scanned'],
  ])('%s says why', async (text, why) => {
    expect(impossible(fleet, parseFault(text))).toBe(why)
    const faults = [parseFault(text)]
    await expect(rehearse({ fleet, fleetFile: 'none.yaml', seed: 1, faults })).rejects.toThrow(
      `${text} cannot happen: ${why}`,
    )
  })

  it.each([
    'release-lost=public',
    'release-late=foreign',
    'release-deregistered=quiet',
    'never-shared=public',
    'untrusted-owner=own',
    'cve-found=on-amis',
    'scan-finds=on-amis',
    'build-fails=on-own',
    'handler-crashes=start-bake',
  ])('%s is none', (text) => {
    expect(impossible(fleet, parseFault(text))).toBeUndefined()
  })
})

it('nothing happens before the start', async () => {
  const releases = [{ upstream: 'al2023-soe', time: '2026-09-01T05:59:59Z' }]
  const start = '2026-09-01T06:00:00Z'
  const early = rehearse({
    fleet: exampleFleet(),
    fleetFile: 'fleet.yaml',
    seed: 1,
    faults: [],
    start,
    releases,
  })
  await expect(early).rejects.toThrow(`something happens before the start, ${start}`)
})
