import { EC2Client } from '@aws-sdk/client-ec2'
import { KMSClient } from '@aws-sdk/client-kms'
import { SSMClient } from '@aws-sdk/client-ssm'
import { readParent } from '../../aws/parent-facts.ts'
import { newestAmi, type UpstreamDeps } from '../../aws/upstreams.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { sourceIn } from '../../domain/upstream-kinds.ts'
import { judgeParent, madeOn, type ParentFacts, wantedParent } from '../../domain/validation/parent.ts'
import { count } from '../render/text.ts'
import { type Check, fail, info } from './check.ts'
import type { Environment } from './environment.ts'

/** Whether every image can be baked on the newest AMI of its upstream, and on what will be baked from that. */
const parents: Check = {
  name: 'what images are baked on',
  group: 'Accounts',
  beforeDeploy: true,
  permissions: [
    'ec2:DescribeImages',
    'ec2:DescribeSnapshots',
    'ec2:GetEbsEncryptionByDefault',
    'ec2:GetEbsDefaultKmsKeyId',
    'kms:DescribeKey',
    'ssm:GetParameter',
  ],
  async *examine(environment) {
    const { fleet } = environment
    let judged = 0
    for (const upstream of Object.keys(fleet.upstreams)) {
      const facts = await factsOf(environment, upstream)
      if (!facts) continue
      for (const { image, ami, findings } of judgeBelow(fleet, upstream, facts)) {
        judged++
        for (const finding of findings)
          yield fail(`${image} cannot be baked on ${ami}: ${finding}`, 'Correct that, and deploy: npm run deploy.')
      }
    }
    yield info(`${count(judged, 'image')} on what is there now`)
  },
}

/** Each image below an upstream or an image, a parent before its children. Of what an adopted pipeline bakes, its recipe decides. */
function* judgeBelow(
  fleet: Fleet,
  parent: string,
  facts: ParentFacts,
): Generator<{ image: string; ami: string; findings: string[] }> {
  for (const [image, { parent: its, pipeline }] of Object.entries(fleet.images)) {
    if (its !== parent || pipeline) continue
    const wanted = wantedParent(fleet, image)
    const findings = judgeParent(facts, wanted)
    yield { image, ami: facts.ami, findings }
    if (findings.length === 0) yield* judgeBelow(fleet, image, madeOn(facts, wanted, fleet.build.account))
  }
}

/** What the newest AMI of an upstream is; undefined where there is none to look at from here. */
async function factsOf(environment: Environment, upstream: string): Promise<ParentFacts | undefined> {
  const { fleet, config } = environment
  const { account } = fleet.build
  const ec2 = new EC2Client(config)
  const ssm = new SSMClient(config)
  const deps: UpstreamDeps = {
    fleetName: fleet.name,
    imageBuilderArnPrefix: environment.arn('imagebuilder', '').slice(0, -1),
    ec2,
    ssm,
    ssmIn: async (whose) => {
      // A role of the fleet's reads it, and not the caller.
      if (whose !== '') throw new Elsewhere()
      return ssm
    },
  }
  const ami = await newestAmi(deps, sourceIn(fleet, upstream)).catch((error: unknown) => {
    if (error instanceof Elsewhere) return undefined
    throw error
  })
  if (ami === undefined) return undefined
  const snapshots = Object.values(fleet.images).flatMap(({ volumes }) =>
    volumes.flatMap(({ snapshot }) => snapshot ?? []),
  )
  return readParent({ ec2, kms: new KMSClient(config) }, { ami, account, volumes: [], snapshots })
}

class Elsewhere extends Error {}

export const parentChecks = [parents]
