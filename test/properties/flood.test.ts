import * as v from 'valibot'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Fleet, FleetSchema } from '../../domain/fleet/model.ts'
import type { Message } from '../../domain/messages/message.ts'
import { QuickWorld } from './quick-world.ts'

const minute = 60_000
const ami = 'ami-0a1b2c3d4e5f67890'
const campaign = `soe-${ami}`
const time = '2026-09-01T06:00:00.000Z'
const names = [...Array(197).keys()].map((n) => `image-${n}`)
const bad = names.slice(10, 17)
const frozen = ['frozen-one', 'frozen-two']

const image = (parent: string) => ({
  parent,
  infrastructure: 'linux',
  components: ['patch'],
  estimate: '20m',
  volumes: [{ device: '/dev/xvda', size: 8 }],
})
/** More images than a stack has room for today: what is reported them must not depend on that. */
const fleet: Fleet = v.parse(FleetSchema, {
  name: 'golden',
  build: { account: '111122223333', region: 'us-west-2' },
  concurrentBakes: 100,
  upstreams: { soe: { ami: { owner: '444455556666', name: 'soe-*', architecture: 'x86_64' } } },
  infrastructure: { linux: { instanceTypes: ['m7i.large'] } },
  components: {
    patch: { platform: 'Linux', arn: 'arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x' },
  },
  images: Object.fromEntries([['base', image('soe')], ...[...names, ...frozen].map((name) => [name, image('base')])]),
  rings: { everyone: { accounts: ['222233334444'], regions: ['us-west-2'] } },
  freezes: {
    office: {
      reason: 'it moves',
      images: ['frozen-*'],
      from: '2026-09-01T05:00',
      to: '2026-09-01T11:00',
    },
  },
})

describe('a campaign of two hundred images, of which seven fail, two wait and one is stale', () => {
  let reported: Message[]
  let summaries: Message[]
  beforeAll(async () => {
    const world = new QuickWorld(fleet, Date.parse(time), {
      bake: () => ({ fails: false, lost: false, takes: 20 * minute }),
      statusLost: () => false,
      check: (name) => ({ outcome: bad.includes(name) ? 'fails' : 'passes' }),
    })
    world.amis.set(ami, {
      ImageId: ami,
      OwnerId: '444455556666',
      Name: 'soe-1',
      Architecture: 'x86_64',
      State: 'available',
      CreationDate: time,
      Public: false,
      RootDeviceName: '/dev/xvda',
      ImdsSupport: 'v2.0',
      Tags: [],
    } as never)
    const trigger = {
      kind: 'release',
      upstream: 'soe',
      ami,
      amiName: 'soe-1',
      time,
      reason: `soe released ${ami}`,
    }
    world.start({ name: campaign, input: { trigger } })
    await world.clock.run()
    reported = world.reported
    summaries = reported.filter(({ level }) => level === 'summary')
  })

  it('is a handful of messages to who asks for nothing else, and each in detail to who does', () => {
    // That one of them is stale the hourly look tells, later and with one more.
    expect(summaries.map(({ kind }) => kind).sort()).toEqual([
      'campaign-finished',
      'campaign-planned',
      'campaign-waiting',
      ...Array(5).fill('image-failed'),
    ])
    const details = reported.filter(({ level }) => level === 'detail').map(({ kind }) => kind)
    expect(details.filter((kind) => kind === 'image-failed')).toHaveLength(2)
    expect(details.filter((kind) => kind === 'image-released')).toHaveLength(200 - bad.length)
  })

  it('leaves out none of the facts', () => {
    const text = summaries.map(({ subject, body }) => `${subject}\n${body}`).join('\n')
    for (const name of [...names, ...frozen, 'base'])
      expect(text).toMatch(
        new RegExp(`^  ${name} +${bad.includes(name) ? 'failed: the AMI .* failed its checks' : 'released ami-'}`, 'm'),
      )
    expect(text).toContain('waits until 2026-09-01 11:00 UTC')
    expect(text).toContain('Further failures of this campaign are reported when it has finished')
  })

  it('fits what SNS takes', () => {
    for (const message of reported) expect(JSON.stringify(message).length).toBeLessThan(60_000)
  })
})
