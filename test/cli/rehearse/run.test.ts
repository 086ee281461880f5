import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RehearseOptions } from '../../../cli/rehearse/command.ts'
import type { Outcome } from '../../../cli/rehearse/report.ts'
import { rehearseFleet } from '../../../cli/rehearse/run.ts'
import { LimitsExceeded } from '../../../domain/limits.ts'
import type { ImageResult } from '../../../rehearsal/results.ts'
import { slow } from '../../support/rehearsal.ts'
import { fakeImage, fakeProgress } from '../fake-progress.ts'
import { fleetFile } from '../fleet-file.ts'

const rehearse = vi.fn()
const run = (options: Partial<RehearseOptions> = {}) => rehearseFleet({ fleet, seed: 1, ...options }, rehearse)

const { directory, fleet } = fleetFile()
const gov = join(directory, 'gov.yaml')

const image = (status: ImageResult['status']): ImageResult => ({
  image: 'base',
  campaign: 'c',
  status,
  reason: '',
  ami: null,
  parentAmi: null,
  approvals: [],
  startedAt: null,
  finishedAt: null,
  transitions: 1,
  lambdaInvocations: 1,
  apiCalls: 1,
})
const campaign = {
  name: 'c',
  title: 'al2023 ami-0',
  kind: 'release' as const,
  reason: 'al2023 released ami-0',
  upstream: 'al2023',
  ami: 'ami-0',
  status: 'finished' as const,
  finishedAt: null,
  images: 1,
}
const outcome = (status: ImageResult['status']): Outcome => ({
  summary: {
    campaigns: [{ ...campaign, startedAt: '2026-09-01T06:00:00Z' }],
    images: [image(status)],
    makespanSeconds: 60,
    criticalPathSeconds: 60,
    wallSeconds: 1,
  },
  notifications: [],
  cost: { transitions: 1, lambdaInvocations: 1, apiCalls: 1 },
  notRehearsed: [],
  unusedPermissions: [],
  refused: [],
})

describe('rebake rehearse', () => {
  let printed = ''
  const close = vi.fn()
  beforeEach(() => {
    printed = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += text
      return true
    })
    rehearse.mockImplementation(async ({ onProgress }) => {
      onProgress(fakeProgress(1, [fakeImage('base', 'al2023', { status: 'running', step: 'Bake the Image' })]))
      return { ...outcome('released'), close }
    })
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rehearse.mockReset()
    close.mockReset()
    process.exitCode = undefined
  })

  it('releases the first upstream where nothing else is asked for', async () => {
    await run()
    const options = rehearse.mock.calls[0]?.[0]
    expect(options).toMatchObject({ fleetFile: fleet, seed: 1, faults: [], fleet: { name: 'golden' } })
    expect(options).toMatchObject({
      events: [],
      releases: [{ upstream: 'al2023', time: '2026-09-01T06:00:00Z' }],
    })
    for (const absent of ['serve', 'out', 'for', 'start']) expect(options).not.toHaveProperty(absent)
  })

  it('shows plain lines and the report where there is no terminal, and closes', async () => {
    await run()
    expect(printed).toMatch(/^2026-09-01 06:01:00 {2}base {2}Bake the Image$/m)
    expect(printed.trimEnd()).toMatch(/✔ 1 image released; 1m rehearsed in 1\.0 s\.$/)
    expect(printed).not.toContain('\x1b')
    expect(process.exitCode).toBeUndefined()
    expect(close).toHaveBeenCalledOnce()
  })

  it('tells of outcomes alone where much time passes', async () => {
    await run({ for: 86_400 })
    expect(rehearse.mock.calls[0]?.[0]).toMatchObject({ releases: [], for: 86_400 })
    expect(printed).toContain('Campaign: amazon-linux-2023')
    expect(printed).not.toContain('Bake the Image')
  })

  it('prints one JSON document and nothing else', async () => {
    await run({ json: true })
    expect(JSON.parse(printed)).toEqual(outcome('released'))
  })

  it('ends with exit code 1 where something failed', async () => {
    rehearse.mockResolvedValue({ ...outcome('failed'), close })
    await run()
    expect(process.exitCode).toBe(1)
  })

  it('makes the directory for its files, and says where they are', async () => {
    const out = join(directory, 'deep', 'out')
    await run({ out })
    expect(statSync(out).isDirectory()).toBe(true)
    expect(rehearse.mock.calls[0]?.[0]).toMatchObject({ out })
    expect(printed).toContain(`is in ${out}.`)
  })

  it('serves until it is interrupted', async () => {
    rehearse.mockResolvedValue({ ...outcome('released'), close, url: 'http://127.0.0.1:4566' })
    const listening = () => ['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal))
    // Other files of this process may have left some.
    const before = listening()
    const served = run({ serve: true })
    await vi.waitFor(() => expect(listening()).toEqual(before.map((count) => count + 1)), slow)
    expect(rehearse.mock.calls[0]?.[0]).toMatchObject({ serve: 0 })
    expect(printed).toContain('export AWS_ENDPOINT_URL=http://127.0.0.1:4566 ')
    expect(close).not.toHaveBeenCalled()
    process.emit('SIGINT')
    await served
    expect(close).toHaveBeenCalledOnce()
    expect(listening()).toEqual(before)
  })

  it('refuses a partition that the emulator does not emulate, before it begins', async () => {
    writeFileSync(gov, readFileSync(fleet, 'utf8').replaceAll('eu-west-1', 'us-gov-west-1').replace(', us-east-1', ''))
    await expect(run({ fleet: gov })).rejects.toThrow(
      `${gov}: build.region: the emulator emulates the partition aws alone, and us-gov-west-1 is in aws-us-gov.`,
    )
    expect(rehearse).not.toHaveBeenCalled()
  })

  it('says what AWS would not take of the fleet, and that it is for its author', async () => {
    rehearse.mockRejectedValue(
      new LimitsExceeded([{ limit: 'stack-resources', where: 'the stack golden-build', found: 501, key: 'images' }]),
    )
    const failed = await run().catch((error: Error) => error)
    expect(failed).toMatchObject({
      name: 'BadInput',
      message: `${fleet}: images: the stack golden-build: resources of a stack: 501 resources, and AWS takes 500. Divide the fleet into two, each with a name of its own.`,
    })
  })

  it('says that a port is taken', async () => {
    rehearse.mockRejectedValue(Object.assign(new Error('listen'), { code: 'EADDRINUSE' }))
    await expect(run({ serve: 4566 })).rejects.toThrow('--serve 4566: this port cannot')
  })

  it('leaves a mistake of the rehearsal as it is', async () => {
    const mistake = new Error('no such resource')
    rehearse.mockRejectedValue(mistake)
    await expect(run({ serve: 4566 })).rejects.toBe(mistake)
  })
})
