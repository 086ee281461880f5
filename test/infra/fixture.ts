import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fleet, Image } from '../../domain/fleet/model.ts'
import { type CloudAssemblySummary, type SynthesizeOptions, synthesize } from '../../infra/synthesize.ts'

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
  checks: { architecture: 'x86_64', imdsv2: true, encrypted: true, tags: [] },
  ...more,
})

/** A small fleet with one of everything. Component files are in `fleetDirectory`. */
export const smallFleet = (): Fleet => ({
  name: 'gold',
  build: { account: '111122223333', region: 'eu-west-1' },
  organization: 'o-exampleorgid',
  concurrentBakes: 7,
  upstreams: {
    soe: { ami: { owner: '444455556666', name: 'soe-*', architecture: 'x86_64' } },
    other: { ami: { owner: '777788889999', name: 'other-*', architecture: 'arm64' } },
  },
  network: {
    vpc: 'vpc-0a1b2c3d4e5f67890',
    subnet: 'subnet-0a1b2c3d4e5f67890',
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
      accounts: ['222233334444'],
      regions: ['us-east-1'],
      parameter: '/golden-images/{image}',
      soak: 3600,
      kmsKeys: { 'us-east-1': 'arn:aws:kms:us-east-1:{account}:alias/images' },
    },
    everyone: {
      accounts: ['555566667777', '222233334444'],
      regions: ['eu-west-1', 'us-east-1'],
      parameter: '/{fleet}/{ring}/{image}',
      soak: 0,
    },
  },
  notify: { email: ['platform@example.com'] },
})

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
