import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { AwsEndpoint } from '../../emulator/aws-endpoint.ts'
import type { EventEnvelope } from '../../emulator/event.ts'
import type { Role } from '../../emulator/iam/iam.ts'
import type { PolicyDocument, Statement } from '../../emulator/iam/policy.ts'
import type { Readings } from '../../emulator/open-questions.ts'
import { Random } from '../../emulator/random.ts'
import { type CallRecord, callLine, type Principal } from '../../emulator/services/types.ts'
import { invalidCalls, validates } from './model-calls.ts'

export const build = { account: '111111111111', region: 'us-east-1' }
export const target = { account: '222222222222', region: 'us-east-1' }
export const soe = { account: '999999999999', region: 'us-east-1' }

/** A clock that goes only when it is asked to. */
class HandClock {
  #now = Date.parse('2026-09-01T12:00:00Z')
  #due: { time: number; action: () => void | Promise<void> }[] = []

  now() {
    return this.#now
  }

  at(time: number, action: () => void | Promise<void>) {
    const entry = { time, action }
    this.#due.push(entry)
    return () => {
      this.#due = this.#due.filter((each) => each !== entry)
    }
  }

  /** Runs what is due, until nothing is or until a time. */
  run(until = Number.POSITIVE_INFINITY) {
    for (;;) {
      const next = this.#due.toSorted((a, b) => a.time - b.time)[0]
      if (!next || next.time > until) break
      this.#due = this.#due.filter((each) => each !== next)
      this.#now = next.time
      next.action()
    }
    if (Number.isFinite(until)) this.#now = until
  }
}

export interface World {
  aws: AwsEndpoint
  clock: HandClock
  events: EventEnvelope[]
}

export function newWorld(seed = 1, readings: Readings = {}): World {
  const clock = new HandClock()
  const aws = new AwsEndpoint({ clock, random: new Random(seed), ...build, organization: 'o-example1234', readings })
  const events: EventEnvelope[] = []
  aws.putEvent = (event) => events.push(event)
  // Answers are as new as what they are about: what is late is the business of tests of its own.
  aws.lateness = () => 0
  return { aws, clock, events }
}

export const trusting = (principal: Record<string, string>, condition?: Statement['Condition']): PolicyDocument => ({
  Statement: [
    {
      Effect: 'Allow',
      Principal: principal,
      Action: 'sts:AssumeRole',
      ...(condition ? { Condition: condition } : {}),
    } as Statement,
  ],
})

/** A role with these statements, and the principal that calls as it. */
export function roleWith(aws: AwsEndpoint, statements: Statement[], o: Partial<Role> = {}): Principal {
  const account = o.account ?? build.account
  const name = o.name ?? 'worker'
  const arn = `arn:aws:iam::${account}:role/${name}`
  aws.addRole({
    account,
    name,
    arn,
    logicalId: 'WorkerRole',
    trust: trusting({ Service: 'lambda.amazonaws.com' }),
    policies: [{ Statement: statements }],
    ...o,
  })
  return aws.iam.principalOf(arn, 'test')
}

export const allow = (...actions: string[]): Statement => ({
  Effect: 'Allow',
  Action: actions,
  Resource: '*',
})

/** What an SDK client needs to speak to the emulator as a principal. */
export const clientOptions = (
  world: { aws: AwsEndpoint; url: string },
  principal?: Principal,
  region = build.region,
) => ({
  endpoint: world.url,
  region,
  maxAttempts: 1,
  credentials: principal ? world.aws.credentialsFor(principal) : { accessKeyId: 'operator', secretAccessKey: 'any' },
})

/** What botocore's models say against the calls: '' for nothing. */
function misfits(calls: CallRecord[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'calls-'))
  const file = join(directory, 'calls.jsonl')
  writeFileSync(file, calls.map((call) => `${callLine(call)}\n`).join(''))
  const found = invalidCalls(file)
  rmSync(directory, { recursive: true })
  return found
}

/** The last test of a file: what its calls recorded fits AWS's own models. */
export const itFitsTheModels = (calls: () => CallRecord[]) =>
  it.skipIf(!validates)('recorded calls that fit AWS’s own models (skipped without python3 and botocore)', () => {
    expect(calls().length).toBeGreaterThan(0)
    expect(misfits(calls())).toBe('')
  })

/** The build account's key in a region. */
export const keyIn = (region: string) =>
  `arn:aws:kms:${region}:${build.account}:key/11111111-2222-3333-4444-555555555555`

/** The build account's keys in two regions, which accounts may use that are given them, and IAM decides who there. */
export function addKeys({ aws }: World, ...others: string[]): void {
  const trusted = [build.account, target.account, ...others].map((account) => `arn:aws:iam::${account}:root`)
  for (const region of ['us-east-1', 'eu-west-1']) {
    const policy = { Statement: [{ ...allow('kms:*'), Principal: { AWS: trusted } }] }
    aws.kms.addKey({ arn: keyIn(region), enabled: true, policy })
  }
}

/** The Image Builder resources of a small fleet: one image on one parent, with a distribution. */
export function seedFleet(world: World) {
  const { aws } = world
  addKeys(world)
  const { image: parent } = aws.ec2.addImage({
    ...soe,
    Name: 'al2023-soe 1',
    sharedWith: [build.account],
    Architecture: 'arm64',
    BootMode: 'uefi',
  })
  aws.ssm.seed(build, { name: '/golden/images/base/parent', value: parent.ImageId })
  const make = (type: string, properties: Record<string, unknown>) =>
    aws.imagebuilder.createFromTemplate(`AWS::ImageBuilder::${type}`, properties, build).ref
  const component = make('Component', {
    Name: 'golden-patch',
    Version: '1.0.0',
    Platform: 'Linux',
    Data: 'name: patch',
  })
  const recipe = make('ImageRecipe', {
    Name: 'golden-base',
    Version: '1.0.x',
    ParentImage: 'ssm:/golden/images/base/parent',
    Components: [{ ComponentArn: component, Parameters: [{ Name: 'Level', Value: ['all'] }] }],
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: { Encrypted: true, KmsKeyId: keyIn('us-east-1'), VolumeSize: '20', VolumeType: 'gp3' },
      },
    ],
    AmiTags: { Team: 'platform' },
    Tags: { Fleet: 'golden' },
  })
  const infrastructure = make('InfrastructureConfiguration', {
    Name: 'golden-standard',
    InstanceProfileName: 'golden-build',
    InstanceTypes: ['t4g.large'],
    TerminateInstanceOnFailure: true,
    InstanceMetadataOptions: { HttpTokens: 'required' },
    Logging: { S3Logs: { S3BucketName: 'golden-logs', S3KeyPrefix: 'builds' } },
  })
  const distribution = make('DistributionConfiguration', {
    Name: 'golden-base-early',
    Distributions: [
      {
        Region: 'us-east-1',
        AmiDistributionConfiguration: {
          Name: 'golden-base {{ imagebuilder:buildDate }}',
          TargetAccountIds: [target.account],
          KmsKeyId: keyIn('us-east-1'),
          AmiTags: { Ring: 'early' },
        },
      },
      {
        Region: 'eu-west-1',
        AmiDistributionConfiguration: {
          KmsKeyId: keyIn('eu-west-1'),
          LaunchPermissionConfiguration: { UserIds: ['333333333333'] },
        },
      },
    ],
  })
  const pipeline = make('ImagePipeline', {
    Name: 'golden-base',
    ImageRecipeArn: recipe,
    InfrastructureConfigurationArn: infrastructure,
    ImageTestsConfiguration: { ImageTestsEnabled: true, TimeoutMinutes: 60 },
    Status: 'ENABLED',
    ImageScanningConfiguration: { ImageScanningEnabled: true },
  })
  aws.addRole({
    account: build.account,
    logicalId: 'DistributionRole',
    name: 'golden-distribution',
    policies: [{ Statement: [allow('sts:AssumeRole', 'kms:*')] }],
    arn: `arn:aws:iam::${build.account}:role/golden-distribution`,
    trust: trusting({ Service: 'imagebuilder.amazonaws.com' }),
  })
  aws.addRole({
    account: target.account,
    logicalId: 'CopyRole',
    name: 'EC2ImageBuilderDistributionCrossAccountRole',
    arn: `arn:aws:iam::${target.account}:role/EC2ImageBuilderDistributionCrossAccountRole`,
    policies: [{ Statement: [allow('kms:*')] }],
    trust: trusting({ AWS: `arn:aws:iam::${build.account}:root` }),
  })
  return { parent, component, recipe, infrastructure, distribution, pipeline }
}

export interface Served extends World {
  url: string
  close(): Promise<void>
}

/** A world whose emulator listens on loopback. */
export async function served(seed = 1, readings: Readings = {}): Promise<Served> {
  const world = newWorld(seed, readings)
  return { ...world, ...(await world.aws.listen()) }
}
