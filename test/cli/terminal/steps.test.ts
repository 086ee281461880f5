import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Failed } from '../../../cli/problems.ts'
import { stepLine } from '../../../cli/render/steps.ts'
import { followSteps, startSteps } from '../../../cli/terminal/steps.ts'
import { caughtOutput } from '../stdout.ts'

const running = { name: 'ring early', status: 'running', text: '2 targets …' } as const
const done = { name: 'ring early', status: 'done', text: '2 targets restored' } as const
const waiting = { name: 'ring everyone', status: 'waiting', text: '3 targets' } as const

describe('steps', () => {
  const printed = caughtOutput()
  const stream = (isTTY: boolean) =>
    Object.assign(new PassThrough(), {
      isTTY,
      columns: 80,
      write: vi.fn(),
    }) as unknown as typeof process.stdout

  it('are a line each, when they end, where nothing can be redrawn', () => {
    const steps = startSteps(false, stream(false))
    steps.show([running, waiting])
    for (const _ of [1, 2]) steps.show([done, waiting])
    steps.close()
    expect(printed()).toBe('✔ ring early  2 targets restored\n')
  })

  it('are reported again when they come to something else', () => {
    const steps = startSteps(false, stream(false))
    steps.show([{ ...done, status: 'wrong', text: 'no role' }])
    steps.show([done])
    expect(printed()).toBe('✖ ring early  no role\n✔ ring early  2 targets restored\n')
  })

  it('are nothing beside a document', () => {
    const steps = startSteps(true)
    steps.show([done])
    steps.close()
    expect(printed()).toBe('')
  })

  describe('on a terminal', () => {
    beforeEach(() => void vi.useFakeTimers())

    it('turn while they run, and stay as lines', () => {
      const terminal = stream(true)
      const steps = startSteps(false, terminal)
      steps.show([running, waiting])
      vi.advanceTimersByTime(350)
      steps.show([done, waiting])
      vi.advanceTimersByTime(100)
      steps.close()
      const drawn = stripVTControlCharacters(vi.mocked(terminal.write).mock.calls.join('\n'))
      expect(drawn).toMatch(/⠋ ring early {2}2 targets …[\s\S]*⠙ ring early[\s\S]*✔ ring early {2}2 targets restored/)
      expect(stripVTControlCharacters(printed())).toBe('✔ ring early  2 targets restored\n· ring everyone  3 targets\n')
      vi.useRealTimers()
    })
  })

  it('are no wider than the terminal, and drive it nowhere', () => {
    expect(stepLine({ ...done, text: 'a\x1b[2Jb\nc'.repeat(9) }, { width: 20 })).toBe('✔ ring early  ab ca…')
  })

  describe('of what is followed', () => {
    const busy = () =>
      new Failed('Could not read web-1: busy.', {
        cause: Object.assign(new Error('busy'), { name: 'ThrottlingException' }),
      })
    const pause = vi.fn(async () => {})
    const follow = (look: () => Promise<{ status: 'running' | 'finished' }>) =>
      followSteps(look, () => [], { silent: true, pause })

    it('are looked at again where a look fails that may work in a moment', async () => {
      const look = vi.fn(async () => ({ status: 'finished' as const }))
      look.mockRejectedValueOnce(busy())
      expect(await follow(look)).toEqual({ status: 'finished' })
      expect(pause).toHaveBeenCalledExactlyOnceWith(2_000)
    })

    it('go on, as it says where nobody can look', async () => {
      const look = vi.fn(() => Promise.reject(busy()))
      await expect(follow(look)).rejects.toThrow(
        'Could not read web-1: busy.\nWhat was started goes on without this command: `npx --no-install rebake status` shows it.',
      )
      expect(look).toHaveBeenCalledTimes(6)
      const denied = vi.fn(() => Promise.reject(new Failed('Could not read web-1: denied.')))
      await expect(follow(denied)).rejects.toThrow(/denied\.\nWhat was started goes on/)
      expect(denied).toHaveBeenCalledTimes(1)
    })
  })
})
