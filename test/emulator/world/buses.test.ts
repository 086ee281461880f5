import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../emulator/clock.ts'
import { Random } from '../../../emulator/random.ts'
import { Buses, type EventDelays } from '../../../emulator/world/buses.ts'
import { imageAvailable as event } from '../events.ts'

const start = Date.parse(event.time)
const rule = (name: string, bus: string, source: string, targets = ['function-1']) => ({
  name,
  bus,
  arn: `arn:aws:events:us-west-2:111122223333:rule/${name}`,
  pattern: { source: [source] },
  targets: targets.map((arn, at) => ({ arn, id: `Target${at}` })),
})

async function put(
  rules: ReturnType<typeof rule>[],
  { bus = 'default', seed = 1, delaysOf = (() => [0]) as EventDelays } = {},
) {
  const clock = new VirtualClock(start)
  const delivered: { target: string; rule: string; after: number }[] = []
  const heard: string[] = []
  const buses = new Buses({
    clock,
    random: new Random(seed),
    delaysOf,
    onEvent: ({ id }) => heard.push(id),
    deliver: async ({ arn: target }, given, { name }) => {
      expect(given).toEqual(event)
      delivered.push({ target, rule: name, after: clock.now() - start })
    },
  })
  buses.rules.push(...rules)
  const taken = buses.put(event, bus)
  expect(delivered).toEqual([])
  await clock.run()
  return { delivered, heard, taken, ignored: buses.ignored }
}

const usual = 2_000

describe('an event on a bus', () => {
  it('goes to every target of every rule of that bus that matches, a moment later', async () => {
    const { delivered, taken, ignored } = await put([
      rule('resume', 'default', 'aws.imagebuilder', ['function-1', 'function-2']),
      rule('audit', 'default', 'aws.imagebuilder', ['function-3']),
      rule('elsewhere', 'releases', 'aws.imagebuilder'),
      rule('other', 'default', 'aws.ec2'),
    ])
    expect(delivered.map(({ rule, target }) => `${rule} ${target}`).sort()).toEqual([
      'audit function-3',
      'resume function-1',
      'resume function-2',
    ])
    for (const { after } of delivered) {
      expect(after).toBeGreaterThanOrEqual(200)
      expect(after).toBeLessThanOrEqual(usual)
    }
    expect([taken, ignored]).toEqual([true, []])
  })

  it.each([
    ['the rule is on another bus', 'releases', 'aws.imagebuilder'],
    ['the pattern is another', 'default', 'aws.ec2'],
  ])('is kept as ignored when %s, and reported all the same', async (_, bus, source) => {
    const { delivered, taken, ignored, heard } = await put([rule('only', bus, source)])
    expect([delivered, taken, ignored, heard]).toEqual([[], false, [event], [event.id]])
  })

  it.each<[string, number[], [number, number][]]>([
    ['lost', [], []],
    ['late', [3_600_000], [[3_600_200, 3_602_000]]],
    ['early: never before it happened', [-3_600_000], [[0, 0]]],
    [
      'tripled',
      [0, 1, 90_000],
      [
        [200, 2_000],
        [201, 2_001],
        [90_200, 92_000],
      ],
    ],
  ])('is %s when its delays are %j', async (_, delays, expected) => {
    const { delivered, taken } = await put([rule('resume', 'default', 'aws.imagebuilder')], {
      delaysOf: () => delays,
    })
    expect(taken).toBe(true)
    expect(delivered).toHaveLength(expected.length)
    const times = delivered.map(({ after }) => after)
    for (const [at, [least, most]] of expected.entries())
      expect(times.filter((after) => after >= least && after <= most).length, `delivery ${at}`).not.toBe(0)
  })

  it('takes the time that the seed says, whatever other rules there are', async () => {
    const resume = rule('resume', 'default', 'aws.imagebuilder')
    const latency = async (rules: (typeof resume)[], seed: number) =>
      (await put(rules, { seed })).delivered.find(({ rule }) => rule === 'resume')?.after
    const alone = await latency([resume], 1)
    expect(await latency([rule('audit', 'default', 'aws.imagebuilder'), resume], 1)).toBe(alone)
    const others = await Promise.all([2, 3, 4].map((seed) => latency([resume], seed)))
    expect(new Set([alone, ...others]).size).toBeGreaterThan(1)
  })
})
