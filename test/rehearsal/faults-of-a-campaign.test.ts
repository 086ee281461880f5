import { expect, it } from 'vitest'
import { readEvent, readLines, slow, stageFor, temporaryDirectory } from '../support/rehearsal.ts'

/** Each of these dies once after its work: anybody who calls it again must find that done. */
const crashes = ['acquire-lock', 'start-bake', 'complete-wait', 'run-check', 'mark-candidate'].concat(
  ['start-distribution', 'verify-distribution', 'publish-pointers', 'release-image', 'receive-release'],
  ['plan-campaign', 'announce-campaign', 'summarise-campaign', 'request-approval', 'answer-approval'],
)

it('functions die after their work, and an event comes twice: one campaign, and each image baked, asked about and released once', {
  timeout: slow,
}, async () => {
  const stage = await stageFor()
  const out = temporaryDirectory()
  const event = readEvent('ec2.ami-available.json')
  const { summary, notifications } = await stage.rehearse({
    events: [event, { ...event, id: 'another-delivery' }],
    faults: crashes.map((name) => `handler-crashes=${name}`),
    out,
  })
  expect(summary.campaigns).toHaveLength(1)
  const images = ['al2023-hardened', 'al2023-java', 'al2023-node', 'orders-api', 'payments-api', 'web-frontend']
  expect(summary.images.map(({ image, status }) => `${image} ${status}`).sort()).toEqual(
    images.map((image) => `${image} released`),
  )
  const calls = readLines<{ operation: string; output?: { imageBuildVersionArn: string } }>(out, 'calls.jsonl')
  const baked = calls.flatMap(({ operation, output }) =>
    operation === 'StartImagePipelineExecution' && output ? [output.imageBuildVersionArn] : [],
  )
  expect(new Set(baked).size).toBe(images.length)
  for (const kind of ['approval-requested', 'image-released'])
    expect(notifications.filter(({ attributes }) => attributes.kind === kind)).toHaveLength(images.length)
})
