import { SFNClient, TaskDoesNotExist, TaskTimedOut } from '@aws-sdk/client-sfn'
import type { VirtualClock } from '../../emulator/clock.ts'
import { stepFunctionsService } from '../../emulator/step-functions/service.ts'
import type { StepFunctions } from '../../emulator/step-functions/step-functions.ts'

/** AWS in a few lines, for properties over many runs: the rehearsal's emulator is faithful, this is fast. */

interface Command {
  constructor: { name: string }
  input: Record<string, unknown>
}
export const clientOf = (operations: Record<string, (input: never) => unknown>, prototype: object = {}) =>
  Object.assign(Object.create(prototype), {
    send: async (command: Command) => {
      const { name } = command.constructor
      const operation = operations[name.replace(/Command$/, '')]
      if (!operation) throw new Error(`no fake of ${name}`)
      return operation(command.input as never)
    },
  })

const named = (name: string, message = name) => Object.assign(new Error(message), { name })

/** The engine behind the SDK's client, with the SDK's own error classes where the code asks for them. */
export function stepFunctionsClient(engine: () => StepFunctions): SFNClient {
  const call = (operation: string) => (input: Record<string, unknown>) => {
    try {
      return stepFunctionsService(engine())[operation]?.(input)
    } catch (error) {
      const { name, message } = error as Error
      if (name === 'TaskTimedOut') throw new TaskTimedOut({ message, $metadata: {} })
      if (name === 'TaskDoesNotExist') throw new TaskDoesNotExist({ message, $metadata: {} })
      throw error
    }
  }
  const operations = ['StartExecution', 'DescribeExecution', 'ListExecutions', 'SendTaskSuccess', 'SendTaskFailure']
  return clientOf(Object.fromEntries(operations.map((name) => [name, call(name)])), SFNClient.prototype)
}

export interface FakeAmi {
  ImageId: string
  OwnerId: string
  Name: string
  Architecture: string
  State: string
  CreationDate: string
  Tags?: { Key: string; Value: string }[]
  Public?: boolean
  ImdsSupport?: string
  SourceImageId?: string
  RootDeviceName?: string
  BlockDeviceMappings?: { DeviceName: string; Ebs: { VolumeSize: number; Encrypted: boolean } }[]
}

/** What images can be baked on. */
const fitting = {
  RootDeviceName: '/dev/xvda',
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, Encrypted: true } }],
}

export const ec2Client = (amis: Map<string, FakeAmi>) =>
  clientOf({
    DescribeImages: ({ ImageIds, Owners, Filters }: DescribeImages) => {
      if (ImageIds) {
        const found = amis.get(ImageIds[0] ?? '')
        if (!found) throw named('InvalidAMIID.NotFound')
        return { Images: [{ ...fitting, ...found }] }
      }
      const name = Filters?.find(({ Name }) => Name === 'name')?.Values[0]?.replace('*', '') ?? ''
      const seen = [...amis.values()].filter(
        (ami) => Owners?.includes(ami.OwnerId) && ami.Name.startsWith(name) && ami.State === 'available',
      )
      return { Images: seen }
    },
  })

interface DescribeImages {
  ImageIds?: string[]
  Owners?: string[]
  Filters?: { Name: string; Values: string[] }[]
}

/** A bake that Image Builder was asked for, from start to end. */
export interface Bake {
  arn: string
  image: string
  campaign: string
  parentAmi: string
  started: number
  ended?: number
  status: 'BUILDING' | 'AVAILABLE' | 'FAILED' | 'CANCELLED'
  ami: string
}

/** A custom check's function, by what the request says. */
export const lambdaClient = (answer: (request: { image: string; check: string }) => object) =>
  clientOf({
    Invoke: ({ Payload }: { Payload: string }) => ({
      Payload: Buffer.from(JSON.stringify(answer(JSON.parse(Payload)))),
    }),
  })

interface Building {
  clock: VirtualClock
  /** How long it takes in milliseconds, and how it ends. */
  drawFor: (bake: Bake) => { takes: number; status: 'AVAILABLE' | 'FAILED' }
  onStart: (bake: Bake) => void
  /** The image's state event. */
  onEnd: (bake: Bake) => void
  /** What Image Builder says of its inside; in a fleet without such checks nobody asks. */
  inside?: (bake: Bake) => Inside
}

interface Inside {
  scan: 'SCANNING' | 'COMPLETED'
  /** Vulnerabilities of severity CRITICAL. */
  findings: string[]
  packages: string[]
}

export class FakeImageBuilder {
  readonly bakes = new Map<string, Bake>()
  readonly #byToken = new Map<string, string>()
  readonly #building: Building

  constructor(building: Building) {
    this.#building = building
  }

  readonly client = clientOf({
    StartImagePipelineExecution: ({ imagePipelineArn, clientToken, tags }: StartPipeline) => {
      const known = this.#byToken.get(clientToken)
      if (known) return { imageBuildVersionArn: known }
      const name = imagePipelineArn.split('/').at(-1) ?? ''
      const arn = `arn:aws:imagebuilder:us-west-2:111122223333:image/${name}/1.0.0/${this.bakes.size + 1}`
      const bake: Bake = {
        arn,
        image: tags['rebake:image'] ?? '',
        campaign: tags['rebake:campaign'] ?? '',
        parentAmi: tags['rebake:parent-ami'] ?? '',
        started: this.#building.clock.now(),
        status: 'BUILDING',
        ami: `ami-${String(this.bakes.size + 1).padStart(17, 'b')}`,
      }
      this.#building.onStart(bake)
      this.bakes.set(arn, bake)
      this.#byToken.set(clientToken, arn)
      const { takes, status } = this.#building.drawFor(bake)
      this.#building.clock.at(bake.started + takes, () => this.#end(bake, status))
      return { imageBuildVersionArn: arn }
    },
    CancelImageCreation: ({ imageBuildVersionArn }: { imageBuildVersionArn: string }) => {
      this.#end(this.bakes.get(imageBuildVersionArn) as Bake, 'CANCELLED')
      return {}
    },
    GetImage: ({ imageBuildVersionArn }: { imageBuildVersionArn: string }) => ({
      image: { scanState: { status: this.#inside(imageBuildVersionArn).scan } },
    }),
    ListImageScanFindings: ({ filters }: { filters: { values: [string] }[] }) => ({
      findings: this.#inside(filters[0]?.values[0] ?? '').findings.map((vulnerabilityId) => ({
        severity: 'CRITICAL',
        packageVulnerabilityDetails: { vulnerabilityId },
      })),
    }),
    ListImagePackages: ({ imageBuildVersionArn }: { imageBuildVersionArn: string }) => ({
      imagePackageList: this.#inside(imageBuildVersionArn).packages.map((packageName) => ({
        packageName,
        packageVersion: '1',
      })),
    }),
  })

  #inside(arn: string): Inside {
    const inside = this.#building.inside?.(this.bakes.get(arn) as Bake)
    if (!inside) throw new Error(`nobody knows what is inside ${arn}`)
    return inside
  }

  #end(bake: Bake, status: Bake['status']): void {
    if (bake.status !== 'BUILDING') return
    bake.status = status
    bake.ended = this.#building.clock.now()
    this.#building.onEnd(bake)
  }
}

interface StartPipeline {
  imagePipelineArn: string
  clientToken: string
  tags: Record<string, string>
}
