import { beforeAll, describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

/** Who gets which message, by the subscriptions of the template and what SNS makes of their filters. */

const image = (parent: string) =>
  `{ parent: ${parent}, infrastructure: linux, components: [patch], volumes: [{ device: /dev/xvda, size: 8 }], estimate: 20m }`
const fleetWith = (images: Record<string, string>, more = ''): Fleet =>
  parseFleet(
    `
name: small
build: { account: "111122223333", region: us-west-2 }
concurrentBakes: 100
upstreams:
  soe: { platform: Linux, ami: { owner: "444455556666", name: soe-* } }
infrastructure: { linux: { instanceTypes: [m7i.large] } }
components:
  patch: { platform: Linux, arn: "arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x" }
images:
${Object.entries(images)
  .map(([name, parent]) => `  ${name}: ${image(parent)}`)
  .join('\n')}
rings:
  everyone: { accounts: ["222233334444"], regions: [us-west-2] }
notify:
  email: [everybody@example.com]${more}
`,
    'small.yaml',
  )

const subscriptions = `
  subscriptions:
    payments: { email: payments@example.com, images: [payments-*], severity: warning }
    notes: { email: notes@example.com, images: [payments-api], kinds: [image-released] }
    tickets: { sqs: "arn:aws:sqs:us-west-2:111122223333:tickets", severity: error, detail: true }
    soe: { https: "https://example.com/hook", upstreams: [soe] }
  slack:
    ops: { secret: small/slack, severity: error }
    news: { secret: small/news }
`

/** `email team@example.com`: its name; the others by what they are. */
const named = (recipient: string) =>
  recipient
    .match(/^email (.*)@|^(sqs|https)|:small-post-to-slack-(.*)$/)
    ?.slice(1)
    .find(Boolean)

describe('subscriptions', { timeout: slow }, () => {
  const fleet = fleetWith(
    { base: 'soe', 'payments-api': 'base', 'payments-web': 'base', orders: 'base' },
    subscriptions,
  )
  let reported: [string, (string | undefined)[]][]
  let posts: Rehearsal['slack']
  beforeAll(async () => {
    const stage = await stageFor(fleet)
    const rehearsal = await stage.rehearse({ faults: ['build-fails=payments-web', 'build-fails=orders'] })
    posts = rehearsal.slack
    reported = rehearsal.notifications.map(({ attributes, recipients }) => [
      `${attributes.kind} ${attributes.image ?? ''}`.trim(),
      recipients.map(named),
    ])
  }, slow)

  it.each([
    ['campaign-planned', ['everybody', 'https', 'news']],
    ['image-released base', []],
    ['image-released payments-api', ['notes']],
    ['image-failed payments-web', ['everybody', 'payments', 'sqs', 'ops', 'news']],
    ['image-failed orders', ['everybody', 'sqs', 'ops', 'news']],
    ['campaign-finished', ['everybody', 'sqs', 'https', 'ops', 'news']],
  ])('%s is asked to %j', (message, recipients) => {
    const [found, ...others] = reported.filter(([each]) => each === message)
    expect([found?.[0], found?.[1].toSorted()]).toEqual([message, recipients.toSorted()])
    expect(others).toEqual([])
  })

  it('are threads in Slack, whose first message says how the campaign ended', () => {
    const news = posts.filter(({ channel }) => channel === 'news')
    const [first, ...replies] = news
    expect(first?.text).toMatch(/Finished with failures/)
    expect(first).not.toHaveProperty('thread')
    expect(replies.map(({ thread }) => thread)).toEqual([first?.ts, first?.ts, first?.ts])
    expect(posts.filter(({ channel }) => channel === 'ops')).toHaveLength(3)
  })
})
