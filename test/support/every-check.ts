import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'

/** Each kind of check, an adopted pipeline, and each kind of ring, in a fleet that bakes in minutes. */
export const everyCheck = (): Fleet => parseFleet(text, 'every-check.yaml', () => '#!/bin/sh\ntrue\n')

export const approver = 'arn:aws:iam::111122223333:role/teams/approvers'
const customCheck = 'arn:aws:lambda:us-west-2:444455556666:function:licences'

const image = (parent: string, more: string) =>
  `{ parent: ${parent}, infrastructure: linux, components: [hello], scanning: true, estimate: 20m, timeout: 1h, ${more} }`

const key = (region: string, account: string) =>
  `"arn:aws:kms:${region}:${account}:key/1a2b3c4d-0000-1111-2222-333344445555"`

const text = `
name: small
build: { account: "111122223333", region: us-west-2 }
organization: o-exampleorgid
concurrentBakes: 2
upstreams:
  soe: { platform: Linux, ami: { owner: "444455556666", name: soe-* } }
infrastructure:
  linux:
    instanceTypes: [m7i.large]
    network: { vpc: vpc-0a1b2c3d, subnets: [subnet-0a1b2c3d, subnet-0a1b2c3e], securityGroups: [sg-0a1b2c3d] }
components:
  hello:
    platform: Linux
    document:
      phases:
        - name: build
          steps: [{ name: Hello, action: ExecuteBash, inputs: { commands: [echo hello] } }]
images:
  base: ${image('soe', 'volumes: [{ device: /dev/xvda, size: 8 }], checks: { vulnerabilities: { critical: 0 }, packages: { required: [bash], forbidden: [telnet] } }')}
  scripted: ${image(
    'base',
    'checks: { vulnerabilities: { critical: 0, introduced: true }, smoke: { script: components/payments-api.smoke.sh, instanceTypes: [m7i.large, t3.micro], timeout: 1h } }',
  )}
  documented: ${image('base', 'checks: { smoke: { document: team-test, parameters: { Port: "8080" } } }')}
  judged: ${image('base', `checks: { custom: { licences: { function: ${customCheck}, input: { strict: true } } } }`)}
  warned: ${image('base', 'checks: { vulnerabilities: { mode: advisory, critical: 0 }, packages: { mode: advisory, forbidden: [bash] } }')}
  adopted:
    parent: base
    pipeline: arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/their-web
    componentUpdates: latest
    estimate: 20m
    timeout: 1h
rings:
  first:
    accounts: ["222233334444"]
    regions: [us-west-2, us-east-1]
    soak: 1h
    alarm: arn:aws:cloudwatch:us-west-2:111122223333:alarm:orders
    launchTemplates: ["{image}-web"]
  units:
    organizationalUnits: [ou-exam-workload1]
    regions: [us-west-2]
    kmsKeys: { us-west-2: ${key('us-west-2', '{account}')} }
    approval: { approvers: ["${approver}"], timeout: 2d }
  shared:
    accounts: ["555566667777"]
    regions: [us-west-2, us-east-1]
    mode: share
    kmsKeys: { us-east-1: ${key('us-east-1', '111122223333')} }
    alarm: arn:aws:cloudwatch:us-west-2:555566667777:alarm:web
freezes:
  moving-house: { reason: the office moves, from: "2026-09-07T06:20", to: "2026-09-07T09:00", timezone: UTC }
  units-count: { reason: they take stock, rings: [units], from: "2026-09-01T07:30", to: "2026-09-01T10:00", timezone: UTC }
notify: { email: [team@example.com] }
`
