import { describe, expect, it } from 'vitest'
import type { HistoryOptions } from '../../../cli/history/command.ts'
import { history } from '../../../cli/history/run.ts'
import { BadInput } from '../../../cli/problems.ts'
import { emptyFleetState } from '../../../domain/planning/fleet-state.ts'
import { fleetFile } from '../fleet-file.ts'
import { alice, base2, evidence, known, releases, soe, trigger } from '../some-releases.ts'
import { caughtOutput } from '../stdout.ts'

const { fleet } = fleetFile()

const open = async () => releases
const printed = caughtOutput()

describe('rebake history', () => {
  const run = (options: Partial<HistoryOptions> = {}) => history({ fleet, image: 'base', limit: 10, ...options }, open)

  it('says first that an image is held, then what became of it', async () => {
    await run()
    expect(
      printed(),
    ).toBe(`! base is held by ${alice} since 2026-09-03T06:00:00Z: payments are slow (\`npx --no-install rebake resume base\` lets it go on)

base has 2 releases.

✔ 1.0.2/1  ami-base-2  candidate, stable
  baked     2026-09-02 06:40 UTC from the upstream's ${soe}, by recipe 1.0.2, build 1
  why       somebody released it (campaign al2023-2)
  checks    1 of 2 passed
            vulnerabilities: CVE-2026-1: openssl 3.0
  where     canary 1 target, everyone 2 targets
  released  2026-09-02 09:00 UTC

✔ 1.0.1/1  ami-base-1  previous
  baked     2026-09-01 06:40 UTC from the upstream's ${soe}, by recipe 1.0.1, build 1
  why       somebody released it (campaign al2023-1)
  checks    1 of 2 passed
            vulnerabilities: CVE-2026-1: openssl 3.0
  where     canary 1 target, everyone 2 targets
  released  2026-09-01 09:00 UTC
`)
  })

  it('has the try that failed where it belongs, and what nobody knows any more', async () => {
    await run({ image: 'java' })
    expect(printed()).toContain(`java has 2 releases.

✖ failed
  begun     2026-09-03 08:00 UTC from ami-base-2 (campaign manual-1)
  tried     3 times; nobody tries again by themselves
  why       its build failed: exit 1

● 1.0.1/1  ami-java-2  candidate
  baked     2026-09-02 07:40 UTC from base 1.0.2/1 (ami-base-2), by recipe 1.0.1, build 1
`)
    expect(printed()).toContain(`  why       nobody knows any more (campaign c1)
  checks    no evidence is left
  released  not through its last ring
`)
  })

  it('says that a release was revoked, and that it is gone', async () => {
    await run({ image: 'web' })
    expect(printed()).toContain('✖ 3.0.0/1  ami-web-1  revoked\n')
    expect(printed()).toContain(`  revoked   2026-09-05 09:00 UTC by ${alice}: CVE-2026-1
  retired   deprecated 2026-09-06 09:00 UTC, removed 2026-09-07 09:00 UTC
`)
  })

  it('shows as many as it is asked for', async () => {
    await run({ limit: 1 })
    expect(printed()).toContain('1.0.2/1')
    expect(printed()).not.toContain('1.0.1/1')
    expect(printed()).toContain('\n… and 1 older release: --limit shows more\n')
  })

  it('knows an image that the fleet has no more, and no other', async () => {
    await run({ image: 'old' })
    expect(printed()).toContain('● 1.0.0/1  ami-old-1  candidate')
    const problem = await run({ image: 'olt' }).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(BadInput)
    expect((problem as Error).message).toContain("did you mean 'old'?")
  })

  it('prints one JSON document with every target and all evidence', async () => {
    await run({ json: true, limit: 1 })
    expect(JSON.parse(printed())).toEqual({
      image: 'base',
      held: known.images.base?.held,
      more: 1,
      releases: [{ release: base2, channels: ['candidate', 'stable'], evidence, trigger: trigger(soe) }],
    })
  })

  it('has nothing to tell of an image without a release', async () => {
    const none = async () => ({ ...releases, known: async () => emptyFleetState, of: async () => [] })
    await history({ fleet, image: 'web', limit: 3 }, none)
    expect(printed()).toBe('web has no release yet.\n')
  })
})
