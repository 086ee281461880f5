import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { followDisplay } from '../../../cli/rehearse/display.ts'
import { fakeImage, fakeProgress } from '../fake-progress.ts'
import { caughtOutput } from '../stdout.ts'

const heading = { title: 'Following golden', clock: 'UTC' }
const running = { status: 'running', step: 'Await Bake' } as const
const printed = caughtOutput()

describe('what is followed', () => {
  describe('in a pipe', () => {
    it('is a line for each change, and for what a campaign waits for', () => {
      const display = followDisplay(heading)
      const waiting = [fakeImage('base', 'soe')]
      for (const waits of ['is being planned', 'opens at noon', 'opens at noon'])
        display.progress(fakeProgress(0, waiting, { title: 'soe', waits }))
      for (const minutes of [1, 2]) display.progress(fakeProgress(minutes, waiting, { title: 'soe' }))
      display.progress(fakeProgress(3, [fakeImage('base', 'soe', running)], { title: 'soe' }))
      display.close()
      expect(printed()).toBe(`2026-09-01 06:00:00  Campaign: soe: is being planned
2026-09-01 06:00:00  Campaign: soe: opens at noon
2026-09-01 06:03:00  base  Await Bake
`)
    })
  })

  describe('on a terminal', () => {
    const { isTTY, columns, rows } = process.stdout
    beforeEach(() => {
      vi.useFakeTimers()
      vi.stubEnv('TERM', 'xterm')
      Object.assign(process.stdout, { isTTY: true, columns: 80, rows: 24 })
    })
    afterEach(() => {
      vi.useRealTimers()
      vi.unstubAllEnvs()
      Object.assign(process.stdout, { isTTY, columns, rows })
    })

    it('is a tree that goes on turning until it is closed', () => {
      const display = followDisplay(heading)
      expect(printed()).toContain('Asking …')
      display.progress(fakeProgress(0, [fakeImage('base', 'soe', running)]))
      vi.advanceTimersByTime(1000)
      expect(printed()).toContain('Following golden')
      expect(printed()).toMatch(/⠙.*base/)
      expect(printed()).toMatch(/⠹.*base/)
      display.close()
      const length = printed().length
      vi.advanceTimersByTime(1000)
      expect(printed()).toHaveLength(length)
    })
  })
})
