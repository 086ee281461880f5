import { FleetInvalid, parseFleet } from '../../../domain/fleet/parse.ts'

/** A small fleet with everything in it, to break in one place at a time. */
export const sound = `name: acme
build: { account: '111122223333', region: us-west-2 }
upstreams:
  linux-soe:
    platform: Linux
    ami: { owner: '444455556666', name: soe-linux-* }
  arm-soe:
    ami: { owner: '444455556666', name: soe-arm-*, architecture: arm64 }
infrastructure:
  small: { instanceTypes: [m7i.large] }
  graviton: { instanceTypes: [c7gn.large] }
components:
  patch: { platform: Linux, file: patch.yaml }
  iis: { platform: Windows, file: iis.yaml }
  agent: { arn: arn:aws:imagebuilder:us-west-2:aws:component/agent-linux/x.x.x }
  app:
    platform: Linux
    document:
      parameters:
        - Version: { type: string }
      phases:
        - name: build
          steps:
            - { name: Install, action: ExecuteBash, inputs: { commands: ['install {{ Version }}'] } }
images:
  base:
    parent: linux-soe
    infrastructure: small
    components: [patch, agent]
    volumes: [{ device: /dev/xvda, size: 20 }]
  web:
    parent: base
    infrastructure: small
    components:
      - { component: app, parameters: { Version: '1.10' } }
    timeout: 90m
rings:
  early:
    accounts: ['222233334444']
    regions: [us-west-2, us-east-1]
  everyone:
    accounts: ['555566667777', '777788889999']
    regions: [us-west-2]
notify: { email: [team@example.com] }
patchCycles:
  monthly:
    schedule: cron(0 2 ? * TUE#2 *)
    timezone: Australia/Sydney
    offset: 1d
freezes:
  year-end:
    reason: No changes over the holidays
    from: '2026-12-18T00:00'
    to: '2027-01-04T00:00'
    timezone: Australia/Sydney
cves: { critical: 1 }
`

const reboot = 'phases: [{ name: build, steps: [{ name: A, action: Reboot }] }]'

export const files: Record<string, string> = {
  'patch.yaml': `schemaVersion: 1.0
phases:
  - name: build
    steps: [{ name: Update, action: UpdateOS }]
`,
  'iis.yaml': `schemaVersion: '1.0'
phases: [{ name: build, steps: [{ name: Iis, action: ExecutePowerShell, inputs: { file: 'C:\\iis.ps1' } }] }]
`,
  '../patch.yaml': `schemaVersion: 1.0\n${reboot}\n`,
  'utf16.yaml': Buffer.from(`\uFEFFschemaVersion: 1.0\n${reboot}\n`, 'utf16le').toString('utf8'),
  'marked.sh': '\uFEFF#!/bin/sh\n',
  'torn.yaml': 'phases: [',
  'list.yaml': '- name: build\n',
  'unversioned.yaml': reboot,
  'wrong.yaml': `schemaVersion: 2.0
phases:
  - name: build
    steps:
      - { name: A, action: UpdateOs, onFailure: Stop }
      - { nmae: B, action: Reboot }
`,
  'twice.yaml': `schemaVersion: 1.0
constants: [{ Home: { type: string, value: /opt } }]
parameters: [{ Home: { type: string } }]
phases:
  - name: test
    steps: [{ name: A, action: Reboot }]
  - name: test
    steps: [{ name: A, action: Reboot }, { name: A, action: Reboot }]
`,
  'long.yaml': `schemaVersion: 1.0\ndescription: ${'é'.repeat(33_000)}\n${reboot}\n`,
}

/** One thing to replace and its replacement; '' replaces everything. */
export type Edit = [from: string, to: string]

/** What parseFleet says of the sound fleet after some edits, line by line. */
export const problemsAfter = (edits: Edit[]): string[] => {
  const text = edits.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`nothing to replace: ${from}`)
    return from === '' ? to : before.replace(from, () => to)
  }, sound)
  try {
    parseFleet(text, 'fleet.yaml', (path) => files[path])
  } catch (error) {
    if (error instanceof FleetInvalid) return error.message.split('\n')
    throw error
  }
  return []
}

/** A list of `count` items made from their index, as YAML in flow style. */
export const many = (count: number, item: (index: number) => string): string =>
  `[${Array.from({ length: count }, (_, i) => item(i)).join(', ')}]`
