import { beforeAll, describe, expect, it } from 'vitest'
import { invalidCalls, validates } from '../emulator/model-calls.ts'
import { everyCheck } from '../support/every-check.ts'
import { readLines, slow, stageFor, temporaryDirectory } from '../support/rehearsal.ts'

/** Whole rehearsals of a fleet with each kind of check. */

const images = ['adopted', 'base', 'documented', 'judged', 'scripted', 'warned']
let stage: Awaited<ReturnType<typeof stageFor>>
beforeAll(async () => {
  const { rings, images, ...fleet } = everyCheck()
  const [first = '', ring] = Object.entries(rings)[0] ?? []
  const shipped = Object.entries(images).map(([name, image]) => [name, { ...image, rings: [first] }])
  const only = { [first]: { ...ring, launchTemplates: [] } } as typeof rings
  stage = await stageFor({ ...fleet, rings: only, images: Object.fromEntries(shipped) })
}, slow)

interface Call {
  principal: string
  operation: string
  input: { sourceImage?: string }
  error?: { name: string }
}

/** Rehearses a release: what became of each image and why, what people read, and who was distributed. */
async function rehearse(...faults: string[]) {
  const out = temporaryDirectory()
  const { summary, notifications, unusedPermissions } = await stage.rehearse({ out, faults })
  const calls = readLines<Call>(out, 'calls.jsonl')
  const distributed = calls.flatMap(({ operation, input }) =>
    operation === 'DistributeImage' ? (input.sourceImage?.split('/')[1] ?? []) : [],
  )
  const named = (name: string) => calls.filter(({ operation }) => operation === name).length
  return {
    out,
    calls,
    named,
    unusedPermissions,
    distributed: [...new Set(distributed)].sort(),
    statuses: Object.fromEntries(summary.images.map(({ image, status }) => [image, status])),
    reasonOf: (name: string) => summary.images.find(({ image }) => image === name)?.reason,
    reported: notifications.map(({ subject, message }) => `${subject}\n${message}`),
  }
}

const all = (status: string, but: Record<string, string> = {}) =>
  Object.fromEntries(images.map((image) => [image, but[image] ?? status]))

describe('the checks of a campaign', { timeout: slow }, () => {
  it('let through what passes, and tell people of what is only advisory', async () => {
    const { out, statuses, distributed, reported, named } = await rehearse()
    expect(statuses).toEqual(all('released'))
    expect(distributed).toHaveLength(images.length)
    expect(reported.filter((text) => text.includes('packages: forbidden: installed: bash'))).toHaveLength(1)
    expect(reported.filter((text) => text.startsWith('Warning: 1 finding in warned'))).toHaveLength(1)
    // Two instance types, and one: each is launched once, and goes.
    expect([named('RunInstances'), named('TerminateInstances')]).toEqual([3, 3])
    if (validates) expect(invalidCalls(`${out}/calls.jsonl`)).toBe('')
  })

  it('stop what fails one, and its descendants, though the functions die that find it out', async () => {
    const crashes = ['handler-crashes=run-check', 'handler-crashes=mark-candidate']
    const { statuses, distributed, reasonOf } = await rehearse('scan-finds=base', ...crashes)
    expect(statuses).toEqual(all('skipped', { base: 'failed' }))
    expect(reasonOf('base')).toMatch(/vulnerabilities: critical: expected 0 at most, found 3: CVE-/)
    expect(distributed).toEqual([])
  })

  it('stop an image alone, whose test instances all go, and only warn where they are advisory', async () => {
    const faults = ['smoke-fails=scripted', 'smoke-unreachable=documented', 'scan-finds=warned']
    const { out, statuses, distributed, reasonOf, named, reported } = await rehearse(...faults)
    expect(statuses).toEqual(all('released', { scripted: 'failed', documented: 'failed' }))
    expect(reasonOf('scripted')).toMatch(/smoke m7i.large: .*not answer.*; smoke t3.micro: .*not answer/)
    expect(reasonOf('documented')).toMatch(/smoke m7i.large: WaitOnline: .*is its agent in the AMI/)
    for (const image of ['scripted', 'documented']) expect(distributed).not.toContain(`small-${image}`)
    expect(named('TerminateInstances')).toBe(named('RunInstances'))
    expect(reported.filter((text) => text.startsWith('Warning: 2 findings in warned'))).toHaveLength(1)
    if (validates) expect(invalidCalls(`${out}/calls.jsonl`)).toBe('')
  })
})
