import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../emulator/clock.ts'

const START = 1_000_000

function ticking(times: number[]): { clock: VirtualClock; log: [number, number][] } {
  const clock = new VirtualClock(START)
  const log: [number, number][] = []
  for (const [i, time] of times.entries()) clock.at(START + time, () => void log.push([clock.now() - START, i]))
  return { clock, log }
}

describe('VirtualClock', () => {
  it('runs what is due in the order of time, and of scheduling at the same instant', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 })), async (times) => {
        const { clock, log } = ticking(times)
        await clock.run()
        const expected = times.map((time, i) => [time, i] as [number, number]).sort((a, b) => a[0] - b[0])
        expect(log).toEqual(expected)
      }),
    )
  })

  it('takes what is past as due now', async () => {
    const { clock, log } = ticking([-500])
    await clock.run()
    expect(log).toEqual([[0, 0]])
  })

  it('does not run what is cancelled', async () => {
    const clock = new VirtualClock(START)
    let ran = false
    const cancel = clock.at(START + 10, () => {
      ran = true
    })
    cancel()
    await clock.run()
    expect([ran, clock.now()]).toEqual([false, START])
  })

  it('stops at `until`, and goes on from there', async () => {
    const { clock, log } = ticking([10, 20])
    await clock.run({ until: START + 15 })
    expect([log.length, clock.now()]).toEqual([1, START + 15])
    await clock.run()
    expect([log.length, clock.now()]).toEqual([2, START + 20])
  })

  it('stops when `done` says so', async () => {
    const { clock, log } = ticking([10, 20, 30])
    await clock.run({ done: () => log.length === 2 })
    expect(log.length).toBe(2)
  })

  it('finishes all that follows from one entry before it pops the next', async () => {
    const clock = new VirtualClock(START)
    const log: string[] = []
    clock.at(START, async () => {
      for (let i = 0; i < 50; i++) await Promise.resolve()
      log.push('first')
    })
    clock.at(START, () => void log.push('second'))
    await clock.run()
    expect(log).toEqual(['first', 'second'])
  })

  it('keeps time still while work is held', async () => {
    const clock = new VirtualClock(START)
    const log: string[] = []
    clock.at(START, () => {
      const io = new Promise<void>((resolve) => setTimeout(resolve, 5))
      void clock.hold(io).then(() => log.push(`answered at ${clock.now() - START}`))
    })
    clock.at(START + 1, () => void log.push('next'))
    await clock.run()
    expect(log).toEqual(['answered at 0', 'next'])
  })

  it('lets go of held work that fails', async () => {
    const clock = new VirtualClock(START)
    clock.at(START, () => clock.hold(Promise.reject(new Error('refused'))).then(undefined, () => {}))
    await clock.run()
    expect(clock.now()).toBe(START)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('ends with the error when an action %s', async (_, action) => {
    const clock = new VirtualClock(START)
    clock.at(START, action)
    await expect(clock.run()).rejects.toThrow('broken')
  })

  it('sleeps in virtual time', async () => {
    const clock = new VirtualClock(START)
    let woke = 0
    void clock.sleep(3_600_000).then(() => {
      woke = clock.now()
    })
    await clock.run()
    expect(woke).toBe(START + 3_600_000)
  })

  it.each([true, false])('rejects a sleep whose signal is aborted (already: %s)', async (already) => {
    const clock = new VirtualClock(START)
    const abort = new AbortController()
    if (already) abort.abort(new Error('stopped'))
    const sleep = clock.sleep(1000, abort.signal)
    if (!already) clock.at(START + 10, () => abort.abort(new Error('stopped')))
    const result = expect(sleep).rejects.toThrow('stopped')
    await clock.run()
    await result
    expect(clock.now()).toBe(already ? START : START + 10)
  })
})

describe('a served clock', () => {
  it('is woken by work that arrives from outside', async () => {
    const clock = new VirtualClock(START)
    const stop = new AbortController()
    const serving = clock.serve(stop.signal)
    await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise<void>((resolve) => clock.at(START + 60_000, resolve))
    expect(clock.now()).toBe(START + 60_000)
    stop.abort()
    await serving
  })

  it('walks at the pace of the wall as far as its patience goes, then jumps', async () => {
    const clock = new VirtualClock(START, { patience: () => 300 })
    const started = performance.now()
    let during = 0
    setTimeout(() => {
      during = clock.now() - START
    }, 10)
    clock.at(START + 3_600_000, () => {})
    await clock.run()
    const waited = performance.now() - started
    expect(waited).toBeGreaterThan(250)
    expect(during).toBeGreaterThan(0)
    expect(during).toBeLessThan(3_600_000)
    expect(clock.now()).toBe(START + 3_600_000)
  })

  it('does not go on while something that came in on the way is held', async () => {
    const clock = new VirtualClock(START, { patience: () => 10 })
    const log: string[] = []
    clock.at(START + 3_600_000, () => void log.push('due'))
    setTimeout(() => {
      const request = new Promise<void>((resolve) => setTimeout(resolve, 30))
      void clock.hold(request).then(() => log.push('answered'))
    }, 3)
    await clock.run()
    expect(log).toEqual(['answered', 'due'])
  })

  it('takes up what is due earlier while it walks', async () => {
    const clock = new VirtualClock(START, { patience: () => Number.POSITIVE_INFINITY })
    const log: string[] = []
    const cancelLate = clock.at(START + 3_600_000, () => void log.push('late'))
    setTimeout(() => {
      clock.at(clock.now(), () => {
        log.push('early')
        cancelLate()
      })
    }, 5)
    await clock.run()
    expect(log).toEqual(['early'])
  })
})
