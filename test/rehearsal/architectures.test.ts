import { expect, it } from 'vitest'
import { oneImage } from '../support/one-image.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

/** One account publishes both architectures, and no name says which it is. */
const fleet = oneImage(
  [
    '{ platform: Linux, ami: { owner: "444455556666", name: "soe-*" } }',
    `{ platform: Linux, ami: { owner: "444455556666", name: "soe-*" } }
  soe-arm64: { platform: Linux, ami: { owner: "444455556666", name: "soe-*", architecture: arm64 } }`,
  ],
  [
    '{ linux: { instanceTypes: [m7i.large] } }',
    '{ linux: { instanceTypes: [m7i.large] }, graviton: { instanceTypes: [m7g.large] } }',
  ],
  [
    'images:\n',
    `images:
  web-arm64: { parent: soe-arm64, infrastructure: graviton, components: [hello], volumes: [{ device: /dev/xvda, size: 20 }], estimate: 20m, timeout: 1h }
`,
  ],
)

it('each architecture is released from its own AMIs, and nobody is notified of the other', {
  timeout: slow,
}, async () => {
  const { summary, notifications, refused } = await (await stageFor(fleet)).rehearse({
    releases: ['soe', 'soe-arm64'].map((upstream) => ({ upstream, time: '2026-09-01T06:00:00Z' })),
  })
  const ends = summary.images.map(
    ({ image, campaign, status }) => `${campaign.replace(/-ami-.*/, '')}: ${image} ${status}`,
  )
  expect(ends.sort()).toEqual(['soe-arm64: web-arm64 released', 'soe: web released'])
  expect(notifications.filter(({ attributes }) => attributes.kind === 'upstream-refused')).toEqual([])
  expect(refused).toEqual([])
})
