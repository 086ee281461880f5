import { expect, it } from 'vitest'
import { readUses, readUsesIn } from '../../aws/ami-usage.ts'
import { FakeWorld, usesReported } from '../functions/withdrawal-world.ts'
import { smallFleet } from '../infra/fixture.ts'

const place = { account: '222233334444', region: 'us-east-1' }

const reported = async (fill: (world: FakeWorld, at: ReturnType<FakeWorld['at']>) => void) => {
  const world = new FakeWorld()
  fill(world, world.at(place))
  return usesReported(await readUses(await world.clientsIn(place), place, ['/api', '/api/stable']))
}

it('finds what channels point to', async () => {
  expect(
    await reported((_, { parameters }) => {
      parameters.set('/api', 'ami-2').set('/api/stable', 'ami-1').set('/other', 'ami-3')
    }),
  ).toEqual(['channel /api/stable: ami-1', 'channel /api: ami-2'])
})

it('finds what the default and the newest version of each launch template launch', async () => {
  expect(
    await reported((_, { templates }) => {
      templates.set('web', { id: 'lt-web', versions: ['ami-1', 'ami-2', 'ami-3', 'ami-4'], default: 2 })
      templates.set('one', { id: 'lt-one', versions: ['ami-1'], default: 1 })
    }),
  ).toEqual([
    'launch-template one (version 1): ami-1',
    'launch-template web (version 2): ami-2',
    'launch-template web (version 4): ami-4',
  ])
})

it('resolves the parameters that launch templates name, of any name, and not those of AWS', async () => {
  expect(
    await reported((_, { templates, parameters }) => {
      parameters.set('/team/ami', 'ami-1').set('/team/ami:3', 'ami-0').set('/aws/service/al2023', 'ami-9')
      const named = (name: string, id = `lt${name}`) => ({
        id,
        versions: [`resolve:ssm:${name}`],
        default: 1,
      })
      templates.set('a', named('/team/ami')).set('b', named('/team/ami:3'))
      templates.set('c', named('/aws/service/al2023')).set('d', named('/gone'))
    }),
  ).toEqual(['launch-template a (version 1): ami-1', 'launch-template b (version 1): ami-0'])
})

it('finds what Auto Scaling groups launch: by a template, several of them, or a launch configuration', async () => {
  expect(
    await reported((_, { templates, groups, configurations }) => {
      templates.set('web', { id: 'lt-web', versions: ['ami-1', 'ami-2', 'ami-3'], default: 3 })
      const of = (Version?: string, LaunchTemplateId = 'lt-web') => ({
        LaunchTemplateId,
        ...(Version && { Version }),
      })
      configurations.set('old', 'ami-5')
      groups.set('pinned', { LaunchTemplate: of('1') })
      groups.set('default', { LaunchTemplate: of() })
      groups.set('mixed', {
        MixedInstancesPolicy: {
          LaunchTemplate: {
            LaunchTemplateSpecification: of('$Latest'),
            Overrides: [{ ImageId: 'ami-6' }, { LaunchTemplateSpecification: of('2') }],
          },
        },
      })
      groups.set('configured', { LaunchConfigurationName: 'old' })
      groups.set('broken', { LaunchTemplate: of('9') })
      groups.set('orphaned', { LaunchTemplate: of('1', 'lt-gone') })
    }),
  ).toEqual([
    'auto-scaling-group configured: ami-5',
    'auto-scaling-group default: ami-3',
    'auto-scaling-group mixed: ami-2',
    'auto-scaling-group mixed: ami-3',
    'auto-scaling-group mixed: ami-6',
    'auto-scaling-group pinned: ami-1',
    'launch-template web (version 3): ami-3',
  ])
})

it('finds instances, stopped ones too, and none that is gone', async () => {
  expect(
    await reported((_, { instances }) => {
      instances.set('i-1', { ami: 'ami-1', state: 'running' }).set('i-2', { ami: 'ami-2', state: 'stopped' })
      instances.set('i-3', { ami: 'ami-3', state: 'terminated' })
    }),
  ).toEqual(['instance i-1: ami-1', 'instance i-2: ami-2'])
})

it('finds instances that a service manages, which EC2 tells only who asks for them', async () => {
  expect(
    await reported((_, { instances }) => {
      instances.set('i-1', { ami: 'ami-1', state: 'running', managed: true })
    }),
  ).toEqual(['instance i-1: ami-1'])
})

it('says where nobody knows what is used, and what is used elsewhere', async () => {
  const world = new FakeWorld()
  const elsewhere = { ...place, account: '555566667777' }
  const third = { ...place, account: '888899990000' }
  world.at(place).instances.set('i-1', { ami: 'ami-1', state: 'running' })
  world.at(elsewhere).refused.add('DescribeAutoScalingGroups')
  world.closed.add(third.account)
  const deps = { fleet: smallFleet(), clientsIn: world.clientsIn }
  // A place that is named twice is looked into once.
  const { uses, unread } = await readUsesIn(deps, [place, { ...place }, elsewhere, third], ['api'])
  expect(usesReported(uses)).toEqual(['instance i-1: ami-1'])
  expect(unread).toBe(
    '555566667777 us-east-1: You are not authorized; 888899990000 us-east-1: cannot assume the role of 888899990000',
  )
})

it('leaves it to another try where a service is busy', async () => {
  const world = new FakeWorld()
  world.throttled.set('DescribeInstances', 1)
  const deps = { fleet: smallFleet(), clientsIn: world.clientsIn }
  await expect(readUsesIn(deps, [place], [])).rejects.toThrow('RequestLimitExceeded')
})
