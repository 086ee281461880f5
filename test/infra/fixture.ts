import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fleet, Image } from '../../domain/fleet/model.ts'
import { type CloudAssemblySummary, type SynthesizeOptions, synthesize } from '../../infra/synthesize.ts'
import { plainAmi, plainRing } from '../support/fleets.ts'

const document = (command: string) => ({
  schemaVersion: '1.0',
  phases: [
    {
      name: 'build' as const,
      steps: [{ name: 'Run', action: 'ExecuteBash', inputs: { commands: [command] } }],
    },
  ],
})

const image = (parent: string, more: Partial<Image> = {}): Image => ({
  parent,
  infrastructure: 'small',
  components: [{ component: 'harden', parameters: {} }],
  volumes: [],
  tags: {},
  tests: true,
  scanning: false,
  timeout: 7200,
  estimate: 2400,
  rings: ['early', 'everyone'],
  checks: { ami: { ...plainAmi, architecture: 'x86_64' } },
  ...more,
})

/** A small fleet with one of everything. Component files are in `fleetDirectory`. */
export const smallFleet = (): Fleet => ({
  name: 'gold',
  build: { account: '111122223333', region: 'eu-west-1' },
  organization: 'o-exampleorgid',
  concurrentBakes: 7,
  supersede: 'wait',
  poll: 3600,
  upstreams: {
    soe: { ami: { owner: '444455556666', name: 'soe-*', architecture: 'x86_64' } },
    other: { ami: { owner: '777788889999', name: 'other-*', architecture: 'arm64' } },
  },
  network: {
    vpc: 'vpc-0a1b2c3d4e5f67890',
    subnets: [{ subnet: 'subnet-0a1b2c3d4e5f67890' }],
    securityGroups: ['sg-0a1b2c3d4e5f67890'],
    endpoints: 'list',
  },
  infrastructure: {
    small: { instanceTypes: ['m7i.large', 'm6i.large'], terminateOnFailure: false, tags: { cost: 'low' } },
  },
  components: {
    harden: { platform: 'Linux', file: 'components/harden.yaml' },
    service: { platform: 'Linux', description: 'A service', document: document('echo {{ Name }}') },
    update: { arn: 'arn:aws:imagebuilder:eu-west-1:aws:component/update-linux/x.x.x' },
    agent: { arn: 'arn:aws:imagebuilder:eu-west-1:444455556666:component/agent/1.2.0/3' },
  },
  workflows: {},
  images: {
    base: image('soe', {
      description: 'The base',
      components: [
        { component: 'update', parameters: {} },
        { component: 'agent', parameters: {} },
        { component: 'harden', parameters: {} },
      ],
      volumes: [{ device: '/dev/xvda', size: 30, type: 'gp3', throughput: 250 }],
      workingDirectory: '/tmp',
      tags: { team: 'platform' },
      scanning: true,
    }),
    api: image('base', {
      components: [{ component: 'service', parameters: { Name: 'api' } }],
      tests: false,
      rings: ['everyone'],
    }),
  },
  rings: {
    early: {
      ...plainRing,
      accounts: ['222233334444'],
      regions: ['us-east-1'],
      parameter: '/golden-images/{image}',
      soak: 3600,
      kmsKeys: { 'us-east-1': 'arn:aws:kms:us-east-1:{account}:alias/images' },
    },
    everyone: {
      ...plainRing,
      accounts: ['555566667777', '222233334444'],
      regions: ['eu-west-1', 'us-east-1'],
      parameter: '/{fleet}/{ring}/{image}',
      soak: 0,
    },
  },
  patchCycles: {
    monthly: {
      schedule: 'cron(0 2 ? * TUE#2 *)',
      timezone: 'Australia/Sydney',
      offset: '1d',
      onlyIfChanged: false,
    },
    nightly: {
      description: 'Every night',
      schedule: 'rate(1 day)',
      timezone: 'UTC',
      flexibleWindow: 7200,
      onlyIfChanged: true,
    },
  },
  freezes: {},
  cves: { critical: 1, every: 604_800 },
  waivers: {},
  notify: { email: ['platform@example.com'], subscriptions: {}, slack: {}, chat: {} },
})

export const amazonTopic = 'arn:aws:sns:us-east-1:137112412989:amazon-linux-2023-ami-updates'
export const publicParameter = '/aws/service/ami-amazon-linux-latest/al2023'

/** An upstream of every kind, in another account and, where it may be, in the build account. */
export const everyUpstream: Fleet['upstreams'] = {
  ...smallFleet().upstreams,
  'own-ami': { ami: { owner: '111122223333', name: 'own-*', architecture: 'x86_64' } },
  'public-parameter': {
    parameter: { name: publicParameter, architecture: 'x86_64', announcements: amazonTopic },
  },
  'their-parameter': { parameter: { name: '/soe/rhel', account: '888899990000', architecture: 'x86_64' } },
  'own-parameter': { parameter: { name: '/soe/debian', architecture: 'x86_64' } },
  'own-image': { image: { name: 'soe-suse', architecture: 'x86_64' } },
  announced: { event: { account: '999900001111', architecture: 'arm64', emergencies: true } },
}

/** The small fleet on these upstreams only, its images on the first. */
export const fleetOn = (...names: (keyof typeof everyUpstream)[]): Fleet => {
  const fleet = smallFleet()
  const base = { ...fleet.images.base, parent: names[0] } as Image
  const upstreams = Object.fromEntries(names.map((name) => [name, everyUpstream[name]]))
  return { ...fleet, upstreams: upstreams as Fleet['upstreams'], images: { ...fleet.images, base } }
}
export const fleetOnAll = () => fleetOn(...Object.keys(everyUpstream))

export const hardening = 'schemaVersion: 1.0\nphases:\n  - name: build\n    steps: []\n'

const temporary = () => mkdtempSync(join(tmpdir(), 'rebake-infra-'))

/** A directory with the component files of the small fleet. */
export function fleetDirectory(text = hardening): string {
  const directory = temporary()
  mkdirSync(join(directory, 'components'))
  writeFileSync(join(directory, 'components/harden.yaml'), text)
  return directory
}

/** Milliseconds: the CDK takes a few seconds to load, and more on a busy machine. */
export const slow = 120_000

/** Synthesizes to a fresh directory; without bundles and checks unless asked. */
export const synth = (fleet: Fleet, more: Partial<SynthesizeOptions> = {}) =>
  synthesize({
    fleet,
    fleetDirectory: fleetDirectory(),
    outdir: temporary(),
    bundle: false,
    validate: false,
    ...more,
  })

let shared: Promise<CloudAssemblySummary> | undefined
/** The small fleet, synthesized once for all who only look at it. */
export const smallAssembly = () => {
  shared ??= synth(smallFleet())
  return shared
}
