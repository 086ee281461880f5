import { describe, expect, it } from 'vitest'
import { doneOf, Timeline } from '../../../cli/rehearse/timeline.ts'
import { fakeImage, fakeProgress, fakeStart } from '../fake-progress.ts'

describe('timeline', () => {
  it('tells which images changed, and not those whose bar alone moved', () => {
    const timeline = new Timeline()
    const bake = { status: 'running', step: 'Bake' } as const
    const changes = [
      [fakeImage('base', 'soe'), fakeImage('java', 'base')],
      [fakeImage('base', 'soe', bake), fakeImage('java', 'base')],
      [fakeImage('base', 'soe', { ...bake, done: 0.4 }), fakeImage('java', 'base')],
      [fakeImage('base', 'soe', { status: 'released' }), fakeImage('java', 'base', bake)],
    ].map((images, minutes) => timeline.add(fakeProgress(minutes, images)).map(({ image }) => image))
    expect(changes).toEqual([['base', 'java'], ['base'], [], ['base', 'java']])
  })

  it('counts the virtual time of each image from its own start to its own end', () => {
    const timeline = new Timeline()
    timeline.add(fakeProgress(0, [fakeImage('base', 'soe')]))
    timeline.add(fakeProgress(10, [fakeImage('base', 'soe', { status: 'running' })]))
    timeline.add(fakeProgress(45, [fakeImage('base', 'soe', { status: 'failed' })]))
    timeline.add(fakeProgress(60, [fakeImage('base', 'soe', { status: 'failed' })]))
    expect(timeline.moment).toMatchObject({ start: fakeStart, now: fakeStart + 3_600_000 })
    expect(timeline.moment.images[0]?.elapsed).toBe(35 * 60)
  })

  it('knows when something began that it heard of late', () => {
    const timeline = new Timeline()
    const startedAt = fakeStart + 10 * 60_000
    const soaks = { status: 'running', step: 'Soak', startedAt } as const
    timeline.add(fakeProgress(60, [fakeImage('base', 'soe', soaks)], { startedAt: fakeStart }))
    timeline.add(
      fakeProgress(70, [fakeImage('base', 'soe', { status: 'released', startedAt })], {
        startedAt: fakeStart,
      }),
    )
    timeline.add(fakeProgress(80, [fakeImage('web', 'soe', { status: 'released', startedAt })], { campaign: 'over' }))
    expect(timeline.moment).toMatchObject({ start: fakeStart, now: fakeStart + 80 * 60_000 })
    expect(timeline.moment.images.map(({ elapsed }) => elapsed)).toEqual([60 * 60, 70 * 60])
  })

  it('tells what is waited for, of an image and of a campaign', () => {
    const timeline = new Timeline()
    const waits = (waits: string) => [
      fakeImage('base', 'soe', { status: 'running', step: 'Wait for Ring Window', waits }),
    ]
    const changes = ['until noon', 'until noon', 'until one'].map((text) =>
      timeline.add(fakeProgress(0, waits(text), { title: 'soe', waits: 'a freeze' })).map(({ waits }) => waits),
    )
    expect(changes).toEqual([['until noon'], [], ['until one']])
    expect(timeline.moment.images[0]?.title).toBe('soe: a freeze')
  })

  it('keeps campaigns apart', () => {
    const timeline = new Timeline()
    timeline.add(fakeProgress(0, [fakeImage('base', 'soe', { status: 'running' })]))
    timeline.add(fakeProgress(5, [fakeImage('base', 'soe')], { campaign: 'second' }))
    expect(timeline.moment.images.map(({ campaign, elapsed }) => [campaign, elapsed])).toEqual([
      ['amazon-linux-2023-ami-0aaaabbbbccccdddd', 300],
      ['second', undefined],
    ])
  })

  it('is done by the time that passes, where that is known', () => {
    const timeline = new Timeline(7200)
    for (const minutes of [0, 30, 240]) {
      timeline.add(fakeProgress(minutes, [fakeImage('base', 'soe')]))
      expect(timeline.moment.done).toBe(Math.min(1, minutes / 120))
    }
  })

  it('has nothing left to do for an image that ended badly', () => {
    expect(doneOf([fakeImage('a', '', { status: 'failed', done: 0.2 }), fakeImage('b', '', { done: 0.5 })])).toBe(0.75)
    expect(doneOf([])).toBe(0)
  })
})
