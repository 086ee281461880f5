import { GetImageCommand, ImagebuilderClient, ListImageScanFindingsCommand } from '@aws-sdk/client-imagebuilder'
import { beforeEach, describe, expect, it } from 'vitest'
import { mockOf } from '../../support/mocks.ts'
import { checking, imageArn, secondsIn, since } from './checking.ts'

const imageBuilder = mockOf(ImagebuilderClient)
const scanning = (status: string) =>
  imageBuilder.on(GetImageCommand).resolves({ image: { scanState: { status: status as 'PENDING' } } })
beforeEach(() => {
  imageBuilder.reset()
  imageBuilder.on(ListImageScanFindingsCommand).resolves({ findings: [] })
})
const settings = { fixable: false, introduced: false, waivers: {}, parent: 'base' }
const begun = () => checking('vulnerabilities', settings, { timeout: 1_800 })
const scan = `scan/${imageArn}`
const reported = { error: 'CheckAgain', cause: 'the scan is complete' }

describe('run-check', () => {
  it('keeps the evidence of what is done, and completes the task', async () => {
    const { look, sent } = await begun()
    scanning('COMPLETED')
    expect(await look(30)).toMatchObject({
      evidence: {
        check: 'vulnerabilities',
        mode: 'required',
        passed: true,
        startedAt: since,
        finishedAt: secondsIn(30),
        results: [{ check: 'findings', passed: true, detail: '0' }],
      },
    })
    expect(sent).toEqual([{ taskToken: 'token-30', output: '{}' }])
  })

  it('does not look again at what has its evidence', async () => {
    const { look, sent } = await begun()
    scanning('COMPLETED')
    await look()
    imageBuilder.reset()
    await look(5)
    expect(sent.map(({ taskToken }) => taskToken)).toEqual(['token-0', 'token-5'])
  })

  it('leaves the task waiting until the event says that it is to look again', async () => {
    const { look, sent, waits, verdict } = await begun()
    scanning('SCANNING')
    await look()
    expect(sent).toEqual([])
    await waits.bringOutcome(scan, reported, secondsIn(60))
    expect(sent).toEqual([{ taskToken: 'token-0', ...reported }])
    scanning('COMPLETED')
    await look(61)
    expect(await verdict()).toBe('passed')
    expect(sent).toHaveLength(2)
  })

  it('looks again at once where the event came while it looked', async () => {
    const { look, sent, waits } = await begun()
    scanning('SCANNING')
    await waits.bringOutcome(scan, reported, secondsIn(0))
    await look()
    expect(sent).toEqual([{ taskToken: 'token-0', ...reported }])
  })

  it('does not take the event before a look for one after it: nothing spins', async () => {
    const { look, sent, waits } = await begun()
    scanning('COLLECTING')
    await look()
    await waits.bringOutcome(scan, reported, secondsIn(60))
    await look(61)
    expect(sent).toHaveLength(1)
    await waits.bringOutcome(scan, reported, secondsIn(70))
    expect(sent.at(-1)).toEqual({ taskToken: 'token-61', ...reported })
  })

  it('has not passed what is not done in time, and says what it was at', async () => {
    const { look, sent, verdict } = await begun()
    scanning('SCANNING')
    for (const seconds of [0, 900]) await look(seconds)
    expect(await verdict()).toBe('no evidence')
    await look(1_800)
    expect(await verdict()).toEqual(['in time: not done after 1800 seconds: scan: its scan is SCANNING'])
    expect(sent.at(-1)).toEqual({ taskToken: 'token-1800', output: '{}' })
  })

  it('passes what is done when it looks, however late', async () => {
    const { look, verdict } = await begun()
    scanning('COMPLETED')
    await look(1_801)
    expect(await verdict()).toBe('passed')
  })

  it.each([
    ['AccessDeniedException', 'it could not be made: AccessDeniedException: no'],
    ['ValidationException', 'it could not be made: ValidationException: no'],
  ])('has not passed what cannot be looked at: %s', async (name, detail) => {
    const { look, verdict } = await begun()
    imageBuilder.on(GetImageCommand).rejects(Object.assign(new Error('no'), { name }))
    await look()
    expect(await verdict()).toEqual([`made: ${detail}`])
  })

  it('leaves to the state machine what another try may fix', async () => {
    const { look, verdict } = await begun()
    imageBuilder
      .on(GetImageCommand)
      .rejects(Object.assign(new Error('slow down'), { name: 'CallRateLimitExceededException' }))
    await expect(look()).rejects.toThrow('slow down')
    expect(await verdict()).toBe('no evidence')
  })

  it('refuses a check that was not ordered', async () => {
    const { look } = await begun()
    await expect(look(0, { check: 'packages' })).rejects.toThrow('the order of web has no check packages')
  })
})
