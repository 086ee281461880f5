import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { exampleDirectory } from './fleets.ts'

/** A fleet that bakes little, and says something under every key that a fleet file may have. Its files are those of the example. */
export const everyKey = (): Fleet =>
  parseFleet(everyKeyText, 'every-key.yaml', (file) => readFileSync(join(exampleDirectory, file), 'utf8'))

const key = (region: string, account: string) =>
  `arn:aws:kms:${region}:${account}:key/1a2b3c4d-0000-1111-2222-333344445555`

export const everyKeyText = `
name: every
build: { account: "111122223333", region: us-west-2 }
organization: o-exampleorgid
concurrentBakes: 4
supersede: wait
poll: 30m
freshness: 60d
upstreams:
  soe:
    description: by the SOE team
    platform: Linux
    rootDevice: /dev/xvda
    ami: { owner: "444455556666", name: "soe-*", architecture: x86_64 }
  foreign:
    platform: Linux
    parameter: { name: /soe/base, account: "444455556666", owner: "444455556666", amiName: "base-*", architecture: x86_64 }
  public:
    platform: Linux
    parameter:
      name: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
      announcements: arn:aws:sns:us-east-1:137112412989:amazon-linux-2023-ami-updates
  built: { platform: Linux, image: { name: soe-built, architecture: x86_64 } }
  announced:
    platform: Linux
    event: { account: "666677778888", owner: "444455556666", amiName: "team-*", architecture: x86_64, emergencies: true }
network:
  vpc: vpc-0a1b2c3d4e5f67890
  subnets: [subnet-0a1b2c3d4e5f67890, { subnet: subnet-0a1b2c3d4e5f67891, securityGroups: [sg-0a1b2c3d4e5f67891] }]
  securityGroups: [sg-0a1b2c3d4e5f67890]
  endpoints: create
  routeTables: [rtb-0a1b2c3d4e5f67890]
  cidr: 10.0.0.0/16
infrastructure:
  linux:
    instanceTypes: [m7i.large, m6i.large]
    terminateOnFailure: false
    tags: { cost-center: platform }
    reads: ["s3://installers/*", "ssm:/ci/*", "secret:agent"]
    writes: ["s3://reports/*"]
    kmsKeys: ["${key('us-west-2', '111122223333')}"]
    policies: ["arn:aws:iam::111122223333:policy/tools"]
    permissionsBoundary: arn:aws:iam::111122223333:policy/boundary
    network:
      vpc: vpc-0a1b2c3d4e5f67890
      subnets: [{ subnet: subnet-0a1b2c3d4e5f67892, securityGroups: [sg-0a1b2c3d4e5f67890] }, subnet-0a1b2c3d4e5f67893]
      securityGroups: [sg-0a1b2c3d4e5f67891]
      endpoints: create
      routeTables: [rtb-0a1b2c3d4e5f67891]
      cidr: 10.0.0.0/16
    description: bakes what runs on Linux
    keyPair: break-glass
    hopLimit: 2
    placement: { tenancy: dedicated }
    logs: { bucket: example-build-logs, prefix: golden }
  pinned:
    instanceTypes: [m7i.large]
    placement: { tenancy: host, host: h-0a1b2c3d4e5f67890 }
    network: { vpc: vpc-0a1b2c3d4e5f67890, subnets: [subnet-0a1b2c3d4e5f67892], securityGroups: [sg-0a1b2c3d4e5f67890] }
  grouped:
    instanceTypes: [m7i.large]
    placement: { tenancy: host, hostResourceGroup: "arn:aws:resource-groups:us-west-2:111122223333:group/hosts", availabilityZone: us-west-2a }
    network: { vpc: vpc-0a1b2c3d4e5f67890, subnets: [subnet-0a1b2c3d4e5f67892], securityGroups: [sg-0a1b2c3d4e5f67890] }
components:
  tool: { platform: Linux, file: components/patch-linux.yaml }
  patch: { platform: Linux, arn: "arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x" }
  scanner: { platform: Linux, uri: "s3://example-components/scanner-3.yaml", supportedOsVersions: [Amazon Linux 2023] }
  service:
    platform: Linux
    description: One of our services
    document:
      name: service
      description: Installs it
      schemaVersion: 1.0
      parameters:
        - Version: { type: string, default: "1", description: Its release }
      constants:
        - Home: { type: string, value: /opt/service }
      phases:
        - name: build
          steps:
            - name: Install
              action: ExecuteBash
              if: { stringEquals: x86_64, value: x86_64 }
              loop: { name: each, forEach: [a, b] }
              onFailure: Abort
              maxAttempts: 2
              timeoutSeconds: 300
              inputs: { commands: ["echo {{ Version }} {{ Home }}"] }
workflows:
  attested:
    type: build
    description: Bakes, and has the AMI attested
    document:
      name: attested
      description: Bakes, and has the AMI attested
      schemaVersion: 1.0
      parameters:
        - { name: StateMachine, type: string, default: "arn:aws:states:us-west-2:111122223333:stateMachine:attest", description: What attests }
        - { name: Strict, type: boolean }
      steps:
        - { name: Launch, action: LaunchInstance, onFailure: Abort, inputs: { waitFor: ssmAgent } }
        - { name: Install, action: ExecuteComponents, description: Its components, timeoutSeconds: 3600, waitSeconds: 10, inputs: { "instanceId.$": $.stepOutputs.Launch.instanceId } }
        - { name: Clean, action: SanitizeInstance, rollbackEnabled: false, if: { stringEquals: Linux, value: $.imagebuilder.platform }, inputs: { "instanceId.$": $.stepOutputs.Launch.instanceId } }
        - { name: Inventory, action: CollectImageMetadata, inputs: { "instanceId.$": $.stepOutputs.Launch.instanceId } }
        - { name: Snapshot, action: CreateImage, inputs: { "instanceId.$": $.stepOutputs.Launch.instanceId } }
        - name: Attest
          action: ExecuteStateMachine
          if: { booleanEquals: true, value: $.parameters.Strict }
          inputs: { "stateMachineArn.$": $.parameters.StateMachine, input: '{ "image": "{{ $.stepOutputs.Snapshot.imageId }}" }' }
        - { name: End, action: TerminateInstance, onFailure: Continue, inputs: { "instanceId.$": $.stepOutputs.Launch.instanceId } }
      outputs:
        - { name: ImageId, value: $.stepOutputs.Snapshot.imageId }
  restarted: { type: test, file: workflows/test-after-reboot.yaml }
  usual: { arn: "arn:aws:imagebuilder:us-west-2:aws:workflow/test/test-image/x.x.x" }
images:
  base:
    description: what the others stand on
    parent: soe
    infrastructure: linux
    components: [patch, tool, scanner, { component: service, parameters: { Version: "2" } }]
    root: { size: 20, type: gp3, iops: 3000, throughput: 250, kmsKey: "${key('us-west-2', '111122223333')}", deleteOnTermination: true }
    volumes:
      - { device: /dev/sdf, size: 20, type: gp3, iops: 3000, throughput: 250, deleteOnTermination: true }
      - { device: /dev/sdg, snapshot: snap-0a1b2c3d4e5f67890, kmsKey: "${key('us-west-2', '111122223333')}" }
    workingDirectory: /var/tmp
    userData: |
      #!/bin/sh
      mkdir -p /opt/ours
    watermarks: [golden, platform]
    testTimeout: 2h
    tags: { team: platform }
    tests: true
    scanning: true
    timeout: 1h
    estimate: 20m
    freshness: 30d
    checks:
      ami:
        mode: required
        architecture: x86_64
        bootMode: uefi-preferred
        imdsv2: true
        encrypted: true
        maxRootSize: 30
        tags: [team]
        maxGrowth: 5
      vulnerabilities: { mode: required, timeout: 2h, critical: 0, high: 5, medium: 50, low: 500, fixable: true }
      packages: { mode: advisory, timeout: 1h, required: [bash], forbidden: [telnet] }
      smoke: { mode: required, timeout: 1h, instanceTypes: [m7i.large], script: components/payments-api.smoke.sh }
      custom:
        licences:
          mode: advisory
          timeout: 10m
          function: arn:aws:lambda:us-west-2:444455556666:function:licences
          input: { strict: true }
    rings: [early, units, everybody, shared]
    window: { schedule: "cron(0 0 * * ? *)", timezone: UTC, duration: 24h }
  app:
    parent: base
    infrastructure: linux
    components: [patch]
    volumes: [{ device: /dev/sdg, omit: true }]
    workflows:
      - { workflow: attested, parameters: { Strict: true } }
      - { workflow: restarted, onFailure: continue, parallelGroup: tests }
      - usual
    tags: { team: a }
    estimate: 20m
    timeout: 1h
    scanning: true
    checks: { vulnerabilities: { critical: 0, introduced: true }, smoke: { document: team-test, parameters: { Port: "8080" } } }
    rings: [early]
  adopted:
    parent: base
    pipeline: arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/their-web
    componentUpdates: latest
    estimate: 20m
    timeout: 1h
    rings: [early]
${['foreign', 'public', 'built', 'announced']
  .map(
    (parent) =>
      `  on-${parent}: { parent: ${parent}, infrastructure: linux, components: [patch], volumes: [{ device: /dev/xvda, size: 20 }], uninstallSsmAgent: true, estimate: 20m, timeout: 1h, rings: [early] }`,
  )
  .join('\n')}
rings:
  early:
    accounts: ["222233334444"]
    regions: [us-west-2]
    mode: copy
    parameter: "/{fleet}/{ring}/{image}"
    launchTemplates: [{ name: "{image}-web", images: [base], default: false }]
    tags: { stage: early }
    licenses: ["arn:aws:license-manager:us-west-2:111122223333:license-configuration:lic-0123456789abcdef0123456789abcdef"]
    soak: 30m
    alarm: arn:aws:cloudwatch:us-west-2:111122223333:alarm:orders
    window: { schedule: "cron(0 0 * * ? *)", timezone: UTC, duration: 24h }
  units:
    organizationalUnits: [ou-exam-workload1]
    except: ["222233334444"]
    regions: [us-west-2]
    kmsKeys: { us-west-2: "${key('us-west-2', '{account}')}" }
    approval: { approvers: ["arn:aws:iam::111122223333:role/teams/approvers"], timeout: 2d }
  everybody:
    organization: true
    except: ["222233334444", "555566667777", "777788889999"]
    regions: [us-east-1]
  shared:
    accounts: ["555566667777"]
    regions: [us-west-2]
    mode: share
patchCycles:
  monthly: { description: every month, schedule: "cron(0 2 ? * TUE#2 *)", timezone: Australia/Sydney, offset: 1d, flexibleWindow: 30m, images: [base] }
  tagged: { schedule: "cron(0 3 ? * TUE#2 *)", tags: { team: a }, upstreams: [soe], onlyIfChanged: true }
freezes:
  stocktaking: { reason: they take stock, from: "2026-09-01T10:30", to: "2026-09-01T11:30", timezone: UTC, rings: [units], images: [base] }
cves: { critical: 1, high: 10, medium: 100, every: 2d }
retirement: { keep: 1, grace: 7d, failed: 5d, schedule: "cron(0 4 ? * SUN *)", timezone: UTC, dryRun: false }
waivers:
  CVE-2026-1111: { owner: platform, reason: it is not reachable, expires: "2026-12-31", images: [base] }
notify:
  email: [team@example.com]
  runFrom: https://git.example.com/platform/golden-images
  subscriptions:
    team: { email: team-a@example.com, severity: info, images: [base], kinds: [image-released], rings: [early], upstreams: [soe], detail: true }
    web: { https: "https://hooks.example.com/rebake" }
    queue: { sqs: "arn:aws:sqs:us-west-2:111122223333:rebake" }
    function: { lambda: "arn:aws:lambda:us-west-2:111122223333:function:rebake" }
  slack:
    platform: { secret: slack, severity: info, images: [base], kinds: [image-released], rings: [early], upstreams: [soe], detail: true }
    everything: { secret: slack-of-all }
  chat:
    platform: { workspace: T0123ABCD, channel: C0123ABCD }
`

interface Schema {
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  patternProperties?: Record<string, Schema>
  items?: Schema | boolean
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}

/** Every key that a JSON Schema names, with those above it: `images.*.volumes[].size`. */
export function keysOf(schema: Schema | boolean | undefined, path = ''): string[] {
  if (schema === undefined || typeof schema === 'boolean') return []
  const {
    properties = {},
    additionalProperties,
    patternProperties = {},
    items,
    anyOf = [],
    oneOf = [],
    allOf = [],
  } = schema
  return [
    ...[...anyOf, ...oneOf, ...allOf].flatMap((each) => keysOf(each, path)),
    ...Object.entries(properties).flatMap(([name, each]) => {
      const below = path === '' ? name : `${path}.${name}`
      return [below, ...keysOf(each, below)]
    }),
    ...[additionalProperties, ...Object.values(patternProperties)].flatMap((each) => keysOf(each, `${path}.*`)),
    ...keysOf(items, `${path}[]`),
  ]
}

/** Those of some keys that a fleet's file says nothing under. */
export function unusedIn(text: string, keys: readonly string[]): string[] {
  const file: unknown = parse(text)
  return [...new Set(keys)].filter((key) => !isUsed(file, key.split(/\.|(?=\[\])/)))
}

function isUsed(value: unknown, [part, ...rest]: string[]): boolean {
  if (part === undefined) return value !== undefined
  if (typeof value !== 'object' || value === null) return false
  if (part === '[]' || part === '*') return Object.values(value).some((each) => isUsed(each, rest))
  return isUsed((value as Record<string, unknown>)[part], rest)
}
