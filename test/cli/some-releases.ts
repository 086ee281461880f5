import type { Releases, Reported } from '../../cli/deployment/releases.ts'
import { emptyFleetState, type FleetState, type ImageState } from '../../domain/planning/fleet-state.ts'
import { newestFirst } from '../../domain/releases/image-release.ts'
import type { Evidence } from '../../domain/validation/evidence.ts'
import { fakeRelease, placed } from '../support/releases.ts'
import { knownUpstream } from './fake-live.ts'

export const soe = 'ami-00000000000000001'
export const alice = 'arn:aws:iam::111122223333:user/alice'
const revoked = { at: '2026-09-05T09:00:00Z', by: alice, reason: 'CVE-2026-1', operation: 'o' }

/** Two releases of base and what was baked from them; an image that the fleet has no more; web has been revoked. */
export const [base1, base2] = ['1', '2'].map((day) =>
  fakeRelease({
    image: 'base',
    version: `1.0.${day}/1`,
    ami: `ami-base-${day}`,
    parentAmi: soe,
    campaign: `al2023-${day}`,
    bakedAt: `2026-09-0${day}T06:40:00Z`,
    releasedAt: `2026-09-0${day}T09:00:00Z`,
    distributed: {
      canary: [placed(`ami-copy-${day}`)],
      everyone: [placed(`ami-copy-${day}2`, '234567890123'), placed(`ami-copy-${day}3`, '345678901234')],
    },
  }),
) as [ReturnType<typeof fakeRelease>, ReturnType<typeof fakeRelease>]
const java1 = fakeRelease({
  image: 'java',
  version: '1.0.0/2',
  ami: 'ami-java-1',
  parentAmi: base1.ami,
})
export const java2 = fakeRelease({
  image: 'java',
  version: '1.0.1/1',
  ami: 'ami-java-2',
  parentAmi: base2.ami,
  bakedAt: '2026-09-02T07:40:00Z',
})
const old = fakeRelease({ image: 'old', version: '1.0.0/1', ami: 'ami-old-1', parentAmi: base1.ami })
const web = fakeRelease({
  image: 'web',
  version: '3.0.0/1',
  ami: 'ami-web-1',
  parentAmi: 'ami-00000000000000009',
  revoked,
  retired: { deprecatedAt: '2026-09-06T09:00:00Z', removedAt: '2026-09-07T09:00:00Z' },
})
const catalog = [base1, base2, java1, java2, old, web]

export const state = (last?: typeof base1, released?: typeof base1): ImageState => ({
  ...(last && { last: { ...last, at: last.bakedAt } }),
  ...(released && { released: { ami: released.ami, version: released.version } }),
})
export const known: FleetState = {
  ...emptyFleetState,
  upstreams: { al2023: knownUpstream(soe) },
  images: {
    base: {
      ...state(base2, base2),
      held: { at: '2026-09-03T06:00:00Z', by: alice, reason: 'payments are slow' },
    },
    java: {
      ...state(java2, java1),
      attempt: {
        parentAmi: base2.ami,
        definition: 'd1',
        at: '2026-09-03T08:00:00Z',
        campaign: 'manual-1',
        tries: 3,
        failed: 'its build failed:\nexit 1',
        failedAt: '2026-09-03T09:00:00Z',
        givenUp: true,
      },
    },
    old: state(old),
  },
}

const found = { check: 'CVE-2026-1', passed: false, detail: 'openssl 3.0' }
export const evidence: Evidence[] = [
  { mode: 'required' as const, check: 'ami', passed: true, results: [] },
  { mode: 'advisory' as const, check: 'vulnerabilities', passed: false, results: [found] },
].map((each) => ({ ...each, startedAt: base1.bakedAt, finishedAt: base1.bakedAt }))
export const trigger = (ami: string) => ({
  kind: 'release' as const,
  upstream: 'ubuntu',
  ami,
  amiName: 'soe-ubuntu-3',
  time: '2026-09-01T06:00:00Z',
  reason: 'somebody released it',
})

/** Of the fleet in small-fleet.ts. */
export const releases: Releases = {
  known: async () => known,
  of: async (image) => newestFirst(catalog.filter((each) => each.image === image)),
  catalog: async () => catalog,
  tell: async (some) =>
    some.map((release): Reported => {
      const parent = catalog.find(({ ami }) => ami === release.parentAmi)
      return {
        release,
        evidence: release === java1 ? [] : evidence,
        ...(parent && { parent: { image: parent.image, version: parent.version } }),
        ...(release !== java1 && { trigger: trigger(release.parentAmi) }),
      }
    }),
  triggerOf: async (campaign) => (campaign === web.campaign ? trigger(web.parentAmi) : undefined),
}
