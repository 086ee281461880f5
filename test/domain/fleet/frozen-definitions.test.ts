import { expect, it } from 'vitest'
import { imageFingerprints } from '../../../domain/fleet/image-fingerprint.ts'
import type { Fleet } from '../../../domain/fleet/model.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { everyCheck } from '../../support/every-check.ts'
import { exampleFleet, readBesideExample } from '../../support/fleets.ts'

/**
 * Fingerprints are stored with every bake and release: another one for the same image bakes it again, and with it every
 * fleet of everybody. A literal here changes only where the image that it is of was changed.
 */

/** Every field that an image can have: one image of a pipeline of its own, two of pipelines that were there before. */
const everyField = `name: every
build: { account: '111122223333', region: us-west-2 }
upstreams:
  soe: { platform: Linux, ami: { owner: '444455556666', name: soe-* } }
infrastructure:
  linux: { instanceTypes: [m7i.large] }
components:
  file: { platform: Linux, file: harden.yaml }
  shared: { arn: 'arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x' }
  inline:
    platform: Linux
    description: in the fleet file
    document:
      schemaVersion: 1.0
      parameters: [{ Name: { type: string } }, { Version: { type: string, default: '1' } }]
      phases:
        - name: build
          steps: [{ name: Run, action: ExecuteBash, inputs: { commands: ['echo {{ Name }} {{ Version }}'] } }]
images:
  own:
    description: Everything
    parent: soe
    infrastructure: linux
    components: [file, shared, { component: inline, parameters: { Version: '2', Name: own } }]
    volumes:
      - { device: /dev/xvda, size: 30, type: gp3, iops: 4000, throughput: 250 }
      - { device: /dev/sdf, size: 500, type: st1 }
    workingDirectory: /var/tmp
    tags: { team: web, cost-center: '42' }
    tests: true
    scanning: true
    timeout: 3h
    estimate: 30m
    freshness: 30d
    rings: [early]
    checks:
      ami: { bootMode: uefi, maxRootSize: 40, maxGrowth: 10, tags: [team] }
      vulnerabilities: { critical: 0 }
      packages: { required: [bash] }
      smoke: { document: team-test, parameters: { Port: '80' } }
      custom: { licences: { function: 'arn:aws:lambda:us-west-2:111122223333:function:licences' } }
    window: { schedule: cron(0 20 * * ? *), timezone: Australia/Sydney, duration: 10h }
  pinned:
    description: Theirs
    parent: own
    pipeline: arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/theirs
    componentUpdates: pinned
    tags: { team: billing }
  latest:
    parent: own
    pipeline: arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/newest
    componentUpdates: latest
  plain: { parent: own, pipeline: 'arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/plain' }
  bare: { parent: own, infrastructure: linux, components: [shared] }
rings:
  early: { accounts: ['222233334444'], regions: [us-west-2] }
  everyone: { accounts: ['555566667777'], regions: [us-west-2] }
`
const hardening = 'schemaVersion: 1.0\nphases: [{ name: build, steps: [{ name: Update, action: UpdateOS }] }]\n'

it.each<[string, Fleet, (path: string) => string, Record<string, string>]>([
  [
    'the example fleet',
    exampleFleet(),
    readBesideExample,
    {
      'al2023-hardened': '9b9e1bfe8b86576d',
      'al2023-java': '712fdd570dbc6219',
      'payments-api': '86fca000c0aa31ad',
      'orders-api': '1707f568f064e1fb',
      'al2023-node': '0ff4f6ac7b3f1b61',
      'web-frontend': 'e7dc1d76cdb32234',
      'ubuntu-hardened': 'bf8054d03196d29c',
      'ubuntu-python': '4833163a4c61e3f2',
      'ml-inference': '0301b8a7942fdb3d',
      'windows-hardened': '00ec2c5deae5b70c',
      'windows-iis': 'dca65701b240b45d',
      'claims-portal': '1c06a0727b2f320c',
    },
  ],
  [
    'the fleet with every check',
    everyCheck(),
    readBesideExample,
    {
      base: 'c40082e71fbd7f84',
      scripted: 'eac79e6fc1c8f4be',
      documented: 'eac79e6fc1c8f4be',
      judged: 'eac79e6fc1c8f4be',
      warned: 'eac79e6fc1c8f4be',
      adopted: '98f07b09f12cecf3',
    },
  ],
  [
    'a fleet with every field',
    parseFleet(everyField, 'fleet.yaml', () => hardening),
    () => hardening,
    {
      own: '9741c58d99fc5d64',
      pinned: '5420444fedbcae13',
      latest: '130c28ac8019d9c7',
      plain: '356f8a436f850b74',
      bare: '23185d5228b349a2',
    },
  ],
])('the fingerprints of %s stay as they are', (_, fleet, read, frozen) => {
  expect(imageFingerprints(fleet, read)).toEqual(frozen)
})
