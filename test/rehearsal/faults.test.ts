import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Acts, HooksOf } from '../../rehearsal/fault-hooks.ts'
import { type FaultKind, Faults, faultHelp, faultKinds, impossible, parseFault } from '../../rehearsal/faults.ts'
import { rehearse } from '../../rehearsal/rehearse.ts'
import { exampleFile, exampleFleet } from '../support/fleets.ts'
import { everySource } from './sources.ts'

const kinds = Object.keys(faultKinds) as FaultKind[]

const listed = [
  'build-fails=IMAGE: its build fails in Image Builder',
  'build-cancelled=IMAGE: somebody cancels its build',
  'build-hangs=IMAGE: its build never ends',
  'no-capacity=IMAGE: the Availability Zone of its first subnet has no capacity for its build',
  'no-capacity-anywhere=IMAGE: no Availability Zone has capacity for its build',
  'instance-unreachable=IMAGE: Systems Manager never hears of the instance of its build',
  'test-fails=IMAGE: its build succeeds and its test phase fails',
  'copy-fails=IMAGE: its copy to the first target of its first ring fails',
  'ami-unencrypted=IMAGE: its AMI comes out with a volume that is not encrypted',
  'event-lost=IMAGE: the last state event of its bake never arrives',
  'event-late=IMAGE: the last state event of its bake arrives an hour late',
  'event-doubled=IMAGE: the last state event of its bake arrives three times',
  'event-early=IMAGE: the last state event of its bake arrives at once, before anybody waits for it',
  'answers-late=IMAGE: for five minutes, answers about its builds, AMIs and parameters show nothing of what events and writes have said',
  'scan-finds=IMAGE: the scan in its bake finds three critical vulnerabilities',
  'cve-found=IMAGE: hours after it is released, a scan of it finds three critical vulnerabilities',
  'smoke-fails=IMAGE: the script or document of its smoke test exits with 1',
  'smoke-unreachable=IMAGE: Systems Manager never hears of the instance of its smoke test',
  'smoke-hangs=IMAGE: the script or document of its smoke test never ends',
  'check-refuses=IMAGE: each of its custom checks says no',
  'approval-rejected=IMAGE: everybody who is asked to approve it rejects it',
  'approval-forgotten=IMAGE: nobody answers when its approval is asked for',
  'notify-fails=IMAGE: SNS and EventBridge refuse every message and event about it',
  'slack-refuses=CHANNEL: it is not there any more',
  'release-lost=UPSTREAM: nobody is notified of its releases',
  'release-late=UPSTREAM: what tells of its first release arrives an hour late',
  'release-doubled=UPSTREAM: what tells of its releases arrives three times',
  'release-deregistered=UPSTREAM: the released AMI is deregistered at once',
  "untrusted-owner=UPSTREAM: the released AMI belongs to an account that is not the upstream's owner",
  'shared-late=UPSTREAM: the released AMI is shared with the build account an hour after its release',
  'never-shared=UPSTREAM: nobody shares the released AMI with the build account',
  'parent-volume=UPSTREAM: its AMIs have a second volume, /dev/sdb, which is not encrypted',
  'parent-root=UPSTREAM: the root of its AMIs has another device than those of its operating system have',
  'parent-store=UPSTREAM: the root of its AMIs is on an instance store',
  'never-released=UPSTREAM: it has released nothing yet when the fleet is deployed',
  'handler-crashes=FUNCTION: it dies once, after its work and before its answer',
  'handler-hangs=FUNCTION: it hangs once, until its time is over, and does its work in the last moment',
  'start-throttled=IMAGE: Step Functions refuses to start its execution, once',
  'start-refused=IMAGE: Step Functions refuses to start its execution, however often it is asked',
  'call-throttled=SERVICE: it refuses a call of a state machine, once',
  'execution-aborted=IMAGE: a person stops its execution in the middle of the bake',
  'settle-lost=IMAGE: the event that its execution has ended never arrives',
]

it('the help lists each kind, with what it is aimed at and what happens', () => {
  expect(faultHelp.map(({ usage, help }) => `${usage}: ${help}`)).toEqual(listed)
})

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
    const lines = listed.map((line) => `\n  ${line}`).join('')
    expect(() => parseFault(text)).toThrow(new Error(`'${text}' is no fault. Write KIND=TARGET, with one of:${lines}`))
  })
})

describe('a fault', () => {
  it('acts at one hook of its target, at least', () => {
    type ImageActs = Acts<HooksOf['image']>
    expectTypeOf<{ approval: () => [] }>().toExtend<ImageActs>()
    expectTypeOf<object>().not.toExtend<ImageActs>()
    expectTypeOf<{ slack: () => 'channel_not_found' }>().not.toExtend<ImageActs>()
    expectTypeOf<{ approval: () => 'yes' }>().not.toExtend<ImageActs>()
  })

  it.each<[Parameters<Faults['at']>[0], string, unknown]>([
    ['approval', 'web', []],
    ['approval', 'api', undefined],
    ['smoke test', 'web', undefined],
    ['announcement', 'web', undefined],
  ])('acts at its hook on its target alone: %s of %s', (hook, target, expected) => {
    const faults = new Faults([parseFault('approval-forgotten=web')])
    const at = () => faults.at(hook as 'approval', target)
    expect([at(), at()]).toEqual([expected, expected])
  })

  it('that happens once is taken as often as it was given', () => {
    const crash = parseFault('handler-crashes=start-bake')
    const faults = new Faults([parseFault('build-fails=web'), crash, crash])
    const crashes = ['golden-acquire-lock', 'golden-start-bake', 'golden-start-bake', 'golden-start-bake']
    expect(crashes.map((name) => faults.invocationOutcome(name))).toEqual([undefined, 'crash', 'crash', undefined])
  })

  it('that was given first acts before another of the same hook', () => {
    const faults = new Faults(['release-late=soe', 'release-lost=soe'].map(parseFault))
    expect([1, 2, 3].map(() => faults.at('announcement', 'soe'))).toEqual([[3_600_000], [], []])
  })

  it('acts on a build with the others: what two of them say of one thing, the first says', () => {
    const faults = new Faults(
      ['ami-unencrypted=web', 'test-fails=web', 'build-fails=web', 'build-fails=api'].map(parseFault),
    )
    expect(faults.buildOutcome('web', exampleFleet())).toMatchObject({ unencrypted: true, failsAt: 'TESTING' })
    expect(faults.buildOutcome('base', exampleFleet())).toEqual({})
  })

  it('acts beside another of another hook', () => {
    const faults = new Faults(['event-lost=web', 'build-cancelled=web'].map(parseFault))
    expect(faults.at('build', 'web', exampleFleet())).toEqual({ cancelledAt: 'BUILDING' })
    expect(faults.at('state event', 'web')).toEqual([])
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
    fleetFile: exampleFile,
    seed: 1,
    faults: [],
    start,
    releases,
  })
  await expect(early).rejects.toThrow(`something happens before the start, ${start}`)
})
