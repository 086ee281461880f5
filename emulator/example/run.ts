import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createWorld, Random, type Template, VirtualClock } from '../index.ts'

// What `cdk synth` left behind: a template, and beside it a directory for the code of each function.
const assembly = join(import.meta.dirname, 'assembly')
const stack = 'Orders'
const account = '111122223333'
const region = 'eu-west-1'

const template: Template = JSON.parse(readFileSync(join(assembly, `${stack}.template.json`), 'utf8'))
const bundles: Record<string, { directory: string }> = {}
for (const [logicalId, { Metadata }] of Object.entries(template.Resources)) {
  const path = Metadata?.['aws:asset:path']
  if (typeof path === 'string') bundles[logicalId] = { directory: join(assembly, path) }
}

const clock = new VirtualClock(Date.parse('2026-01-05T09:00:00Z'))
const world = await createWorld({ clock, random: new Random(1), account, region, bundles })

// Deploying takes virtual time, so the clock must run meanwhile.
clock.at(clock.now(), () => world.deploy(template, { account, region, stack }))
await clock.run()

const order = {
  version: '0',
  id: '4f9a9ee1-0c7e-4e1d-9f5a-6a1b7a3c2d10',
  source: 'shop',
  'detail-type': 'Order Placed',
  account,
  region,
  time: '2026-01-05T09:00:00Z',
  resources: [],
  detail: { order: 17 },
}
world.buses.put(order, 'default')

async function show(minutes: number) {
  await clock.run({ until: clock.now() + minutes * 60_000 })
  for (const { stateMachine, status, output = 'no output yet' } of world.stepFunctions.executions.values())
    console.log(new Date(clock.now()).toISOString(), stateMachine.name, status, output)
}
await show(30)
await show(60)

for (const { principal, service, operation } of world.aws.calls) console.log(principal, service, operation)
await world.close()
