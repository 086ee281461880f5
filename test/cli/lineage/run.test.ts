import { describe, expect, it } from 'vitest'
import type { LineageOptions } from '../../../cli/lineage/command.ts'
import { lineage } from '../../../cli/lineage/run.ts'
import { BadInput } from '../../../cli/problems.ts'
import { emptyFleetState } from '../../../domain/planning/fleet-state.ts'
import { fleetFile } from '../fleet-file.ts'
import { base2, java2, known, releases, soe, state } from '../some-releases.ts'
import { caughtOutput } from '../stdout.ts'

const { fleet } = fleetFile()

const open = async () => releases
const printed = caughtOutput()

describe('rebake lineage', () => {
  const run = (of: string, options: Partial<LineageOptions> = {}) => lineage({ fleet, of, ...options }, open)

  it('is one tree from the upstream down, and every target', async () => {
    await run('base')
    expect(printed()).toBe(`base 1.0.2/1 (ami-base-2): 1 release came of it.

RELEASE             AMI                    NOW                WHERE
soe                 ${soe}  upstream
└─ base 1.0.2/1     ami-base-2             candidate, stable  canary 1 target, everyone 2 targets
   └─ java 1.0.1/1  ami-java-2             candidate

Where it is
RING      ACCOUNT       REGION     AMI          RELEASE
canary    123456789012  eu-west-1  ami-copy-2   base 1.0.2/1
everyone  234567890123  eu-west-1  ami-copy-22  base 1.0.2/1
everyone  345678901234  eu-west-1  ami-copy-23  base 1.0.2/1
`)
  })

  const tree = () =>
    printed()
      .split('\n')
      .filter((line) => /^(soe|AMI|└|├|│| +[└├])/.test(line))
      .map((line) => line.replace(/ {2,}ami-.*/, ''))

  it.each<[string, [string, Partial<LineageOptions>?], string[]]>([
    [
      'an image: what targets have of it, older than the newest',
      ['java'],
      ['soe', '└─ base 1.0.1/1', '   └─ java 1.0.0/2'],
    ],
    [
      'a version, with what is current of what came of it',
      ['base', { version: '1.0.1/1' }],
      ['soe', '└─ base 1.0.1/1', '   ├─ java 1.0.0/2', '   └─ old 1.0.0/1'],
    ],
    ['a copy in a target', ['ami-copy-23'], ['soe', '└─ base 1.0.2/1', '   └─ java 1.0.1/1']],
    [
      'an AMI of an upstream: what lies between is shown as well',
      [soe],
      ['soe', '├─ base 1.0.1/1', '│  ├─ java 1.0.0/2', '│  └─ old 1.0.0/1', '└─ base 1.0.2/1', '   └─ java 1.0.1/1'],
    ],
    ['an AMI of before, by its campaign', ['web'], ['soe-ubuntu-3', '└─ web 3.0.0/1']],
  ])('is found by %s', async (_, [of, options], expected) => {
    await run(of, options)
    expect(tree()).toEqual(expected)
  })

  it('leaves out what is older, unless it is asked for', async () => {
    const current = { ...known, images: { ...known.images, java: state(java2, java2), old: {} } }
    const now = async () => ({ ...releases, known: async () => current })
    await lineage({ fleet, of: soe }, now)
    expect(tree()).toEqual(['soe', '└─ base 1.0.2/1', '   └─ java 1.0.1/1'])
    expect(printed()).toContain('\n… and 3 older releases: --all shows them\n')
  })

  it('shows them where it is', async () => {
    const none = async () => ({ ...releases, known: async () => emptyFleetState })
    await lineage({ fleet, of: soe, all: true }, none)
    expect(tree()).toHaveLength(6)
    expect(printed()).not.toContain('--all')
  })

  it('says which copy it was asked by', async () => {
    await run('ami-copy-23')
    expect(printed()).toContain(
      'ami-copy-23, in 345678901234 eu-west-1 for ring everyone, is base 1.0.2/1 (ami-base-2): 1 release came of it.\n',
    )
  })

  it('prints one JSON document', async () => {
    await run('java', { json: true, version: '1.0.1/1' })
    expect(JSON.parse(printed())).toEqual({
      upstream: { ami: soe, upstream: 'al2023', amiName: 'soe' },
      release: java2,
      ancestors: [base2],
      descendants: [],
      older: 0,
      channels: {
        'ami-base-1': ['previous'],
        'ami-base-2': ['candidate', 'stable'],
        'ami-java-1': ['stable'],
        'ami-java-2': ['candidate'],
      },
    })
  })

  it.each([
    ['ami-0', {}, BadInput, 'ami-0 is no release of this fleet, no copy of one, and nothing was baked from it.'],
    [
      'base',
      { version: '9.9.9/1' },
      BadInput,
      'base has no release 9.9.9/1. `npx --no-install rebake history base` lists',
    ],
    ['bse', {}, BadInput, "lineage bse: the fleet has no image 'bse', did you mean 'base'?"],
  ])('does not know %s %o', async (of, options, type, message) => {
    const problem = await run(of, options).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(type)
    expect((problem as Error).message).toContain(message)
  })

  it('has nothing to tell of an image without a release', async () => {
    const none = async () => ({ ...releases, known: async () => emptyFleetState, catalog: async () => [] })
    await expect(lineage({ fleet, of: 'web' }, none)).rejects.toThrow('web has no release yet.')
  })
})
