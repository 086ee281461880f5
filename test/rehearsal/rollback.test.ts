import { beforeAll, describe, expect, it } from 'vitest'
import { operationName } from '../../domain/executions.ts'
import { channelParameter, channels } from '../../domain/names.ts'
import type { World } from '../../emulator/world/world.ts'
import { slow } from '../support/rehearsal.ts'
import { accounts, build, fleetOf, ringStage, start } from './ring-rehearsal.ts'

/**
 * An image of two rings and its child, over two days. What targets have is read from the emulator itself, anybody who
 * wrote it.
 *
 * | hour | what happens |
 * | --- | --- |
 * | 0, 12 | two releases go through all rings, after the one that stands; the second is bad |
 * | 20 | it is rolled back, while one account refuses, and while it is baked from a third |
 * | 21 | the same again, since the account does not refuse any more |
 * | 24 | a fourth release of the upstream: the image is held |
 * | 30 | the image is let go on, and baked from the fourth |
 * | 33 | which is rolled back while the first ring has it and soaks; the image is let go on at once, and baked once more |
 * | 36 | a fifth release goes through all rings |
 * | 44 | a rollback of one ring is stopped half-way |
 */

const parameter = '/golden-images/base'
const regions = ['us-west-2', 'us-east-1']
const [first = '', second = '', third = ''] = accounts(0, 3)
const everywhere = [first, second, third].flatMap((account) => regions.map((region) => ({ account, region })))
const time = (hours: number) => new Date(Date.parse(start) + hours * 3_600_000).toISOString().replace('.000', '')
const ada = 'arn:aws:iam::111122223333:user/ada'

const launchTemplates = [{ name: 'base-web', images: ['base'] }]
const small = fleetOf({
  early: { accounts: [first], regions, soak: '2h', launchTemplates },
  everyone: { accounts: [second, third], regions },
})
const child = { ...small.images.base, parent: 'base', rings: ['early'] } as (typeof small.images)[string]
const fleet = { ...small, images: { ...small.images, child } }

/** What a target has: `now` is the ring's own parameter. */
type Has = Record<'now' | 'candidate' | 'stable' | 'previous' | 'template', string | undefined>

/** Of each target, which release of the image its pointers name: by the AMI of the build account. */
function look({ aws }: World): Record<string, Has> {
  const seen = everywhere.map(({ account, region }) => {
    const release = (ami: string | undefined) => ami && aws.ec2.get(ami, region)?.image.SourceImageId
    const held = (name: string) => release(aws.ssm.valueOf(name, { account, region }))
    const template = aws.ec2.launchTemplates.find('base-web', { account, region })
    const version = template?.versions.find(({ VersionNumber }) => VersionNumber === template.default)
    const below = channels.map((channel) => [channel, held(channelParameter(parameter, channel))])
    const has = { now: held(parameter), ...Object.fromEntries(below) }
    return [`${account} ${region}`, { ...has, template: release(version?.LaunchTemplateData?.ImageId) }]
  })
  return Object.fromEntries(seen)
}

const machine = 'arn:aws:states:us-west-2:111122223333:stateMachine:small-rollback'
const rollBack = ({ stepFunctions }: World, hours: number, more: object = {}) => {
  const asked = { image: 'base', reason: 'it crashes', by: ada, hold: true, time: time(hours), ...more }
  const name = operationName('rollback', 'base', asked.time)
  return stepFunctions.startExecution({ stateMachineArn: machine, name, input: JSON.stringify(asked) })
}

/** An operator at the keyboard: refusals are the answer. */
const holdImage = async ({ functions }: World, hours: number, request: object) => {
  const arn = 'arn:aws:lambda:us-west-2:111122223333:function:small-hold-image'
  const payload = { image: 'base', by: ada, time: time(hours), ...request }
  return functions.invoke(arn, payload, '').catch(({ name, message }: Error) => `${name}: ${message}`)
}

interface Seen {
  targets: ReturnType<typeof look>
  build: Has
  child: Has & { parent: string | undefined }
}

describe('an image that goes back', { timeout: slow * 2 }, () => {
  const seen: Record<string, Seen> = {}
  const answers: unknown[] = []
  const ended: Record<string, string> = {}
  let reported: string
  beforeAll(async () => {
    const rehearse = await ringStage(fleet)
    const all = await rehearse({
      targets: [first, second, third],
      releasedAfter: [0, 12, 19.7, 24, 36],
      until: 46,
      arrange: (world) => {
        const { aws } = world
        const at = (hours: number, act: () => unknown) =>
          world.clock.at(Date.parse(time(hours)), async () => void (await act()))
        const remember = (hours: number, name: string) =>
          at(hours, () => {
            const pointer = (image: string) => {
              const values = channels.map((channel) => {
                const name = `/small/images/${image}/${channel}`
                return [channel, aws.ssm.valueOf(name, build)]
              })
              const parent = aws.ssm.valueOf(`/small/images/${image}/parent`, build)
              return { ...Object.fromEntries(values), parent }
            }
            seen[name] = { targets: look(world), build: pointer('base'), child: pointer('child') }
          })
        for (const region of regions)
          aws.ec2.launchTemplates.add({
            account: first,
            region,
            name: 'base-web',
            tags: { 'rebake:fleet': 'small' },
            data: { ImageId: 'ami-00000000000000000', InstanceType: 'm7i.large' },
          })
        const executions: [string, ReturnType<typeof rollBack>][] = []
        const begin = (name: string, ...asked: Parameters<typeof rollBack>) =>
          executions.push([name, rollBack(...asked)])
        const role = `arn:aws:iam::${third}:role/small-publish`

        remember(4, 'standing')
        remember(19.9, 'bad')
        at(20, () => {
          const before = aws.iam.role(role)
          if (!before) throw new Error('no role to take permissions from')
          aws.iam.addRole({ ...before, policies: [] })
          begin('refused in one account', world, 20)
          at(20.9, () => aws.iam.addRole(before))
        })
        at(20.005, async () => answers.push(await holdImage(world, 20.005, { do: 'resume' })))
        at(20.006, () => begin('another at the same time', world, 20.006))
        remember(20.8, 'partly back')
        at(21, () => begin('again', world, 21))
        remember(23.9, 'back')
        remember(29.9, 'held')
        at(30, async () => answers.push(await holdImage(world, 30, { do: 'resume' })))
        remember(32.9, 'next in its first ring')
        at(33, () => begin('while it soaks', world, 33))
        at(33.2, () => holdImage(world, 33.2, { do: 'resume' }))
        remember(34.4, 'back from the next')
        remember(36.9, 'baked once more')
        remember(43.9, 'last everywhere')
        at(44, () => begin('stopped', world, 44, { ring: 'early' }))
        at(44.01, () => executions.at(-1)?.[1].stop())
        at(44.5, async () => answers.push(await holdImage(world, 44.5, { do: 'hold', reason: 'mine' })))
        at(45.9, () => {
          for (const [name, { status, error }] of executions) ended[name] = error ?? status
        })
      },
    })
    reported = all.reported
  }, slow * 2)

  /** The releases of the image, by the AMIs of the build account. */
  const releases = () => ({
    standing: seen.standing?.build.stable,
    good: seen.bad?.build.previous,
    bad: seen.bad?.build.stable,
    next: seen['next in its first ring']?.build.candidate,
    again: seen['baked once more']?.build.stable,
    last: seen['last everywhere']?.build.stable,
  })
  const named = (ami: string | undefined) =>
    Object.entries(releases()).find(([, each]) => ami !== undefined && each === ami)?.[0] ?? '-'
  const none: Partial<Has> = {}
  const at = (when: string) => seen[when] as Seen
  /** `now candidate stable previous template`, in all of these accounts and regions alike. */
  const have = (when: string, ...accounts: string[]) => {
    const all = everywhere
      .filter(({ account }) => accounts.includes(account))
      .map(({ account, region }) => {
        const { now, candidate, stable, previous, template } = at(when).targets[`${account} ${region}`] ?? none
        return [now, candidate, stable, previous, template].map(named).join(' ')
      })
    return [...new Set(all)].join(' | ')
  }
  const buildHas = (when: string) => {
    const { candidate, stable, previous } = at(when).build
    return [candidate, stable, previous].map(named).join(' ')
  }

  it('is, before, what was released last: its channels too', () => {
    expect(new Set(Object.values(releases())).size).toBe(6)
    expect(have('bad', first)).toBe('bad bad bad good bad')
    expect(have('bad', second, third)).toBe('bad bad bad good -')
    expect(buildHas('bad')).toBe('bad bad good')
  })

  it('goes back in every target but those that refuse, which are named', () => {
    expect(ended['refused in one account']).toBe('RollbackIncomplete')
    expect(have('partly back', first)).toBe('good good good standing good')
    expect(have('partly back', second)).toBe('good good good standing -')
    expect(have('partly back', third)).toBe('bad bad bad good -')
    expect(buildHas('partly back')).toBe('good good standing')
    expect(reported).toContain('Not everywhere rolled back: base to 1.0.0/2')
    expect(reported).toMatch(
      new RegExp(`\n  ring everyone: ${third} us-west-2: .*\n  ring everyone: ${third} us-east-1: .*not auth`),
    )
  })

  it('goes back in those too when it is asked for again', () => {
    expect(ended.again).toBe('SUCCEEDED')
    expect(have('back', first)).toBe('good good good standing good')
    expect(have('back', second, third)).toBe('good good good standing -')
    expect(reported).toContain('Rolled back: base to 1.0.0/2')
  })

  it('is let go on by nobody while it goes back, and goes back once at a time', () => {
    expect(answers[0]).toBe(
      `RequestRefused: rollback-base-20260902T020000Z has base and is still under way, for ${ada}: ` +
        'wait for it to end (`npx --no-install rebake status` shows it), then give the same command again',
    )
    expect(ended['another at the same time']).toBe('RequestRefused')
  })

  it('stops a bake that is under way, and what descends from it', () => {
    expect(reported).toMatch(/\nsoe ami-\w+: 2 superseded \(base, child\)/)
  })

  it('takes its children along: they are baked from what it rolled back to', () => {
    expect(at('bad').child.parent).toBe(releases().bad)
    expect(at('back').child.parent).toBe(releases().good)
    expect(at('back').child.stable).not.toBe(at('bad').child.stable)
  })

  it('stays there, whatever its upstream releases', () => {
    expect({ ...at('held'), child: none }).toEqual({ ...at('back'), child: none })
  })

  it('goes on when somebody lets it: it is baked from the release that it missed', () => {
    expect(answers[1]).toMatchObject({ before: { operation: 'rollback-base-20260902T030000Z' } })
    expect(have('next in its first ring', first)).toBe('next next good standing next')
    expect(have('next in its first ring', second, third)).toBe('good good good standing -')
    expect(buildHas('next in its first ring')).toBe('next good standing')
  })

  it('stops in the middle of its rings, and goes no further though it is let go on', () => {
    expect(ended['while it soaks']).toBe('SUCCEEDED')
    expect(have('back from the next', first)).toBe('good good good standing good')
    expect(have('back from the next', second, third)).toBe('good good good standing -')
    expect(buildHas('back from the next')).toBe('good good standing')
    // Its child was on its way, baked from it.
    expect(reported).toMatch(/base +superseded: (\S+ was rolled back)\n +child +superseded: \1/)
  })

  it('is released again, and what it went back from is nothing that anybody has', () => {
    expect(have('last everywhere', first)).toBe('last last last again last')
    expect(have('last everywhere', second, third)).toBe('last last last again -')
    expect(buildHas('last everywhere')).toBe('last last again')
  })

  it('stays held where a rollback stops half-way, and people are notified', () => {
    expect(ended.stopped).toBe('ABORTED')
    expect(reported).toContain('Stopped half-way: rollback of base to 1.0.0/')
    // It is held already, by the operation.
    expect(answers[2]).toMatchObject({ held: { operation: 'rollback-base-20260903T020000Z' } })
  })
})
