import type { Ami, Image, ImagePackage, ImageScanFinding, ImageStatus } from '@aws-sdk/client-imagebuilder'
import { AwsError, type ServiceDeps } from '../types.ts'
import { follow } from './findings.ts'
import { byVersion, missing, type Place } from './resources.ts'

export type Phase = 'PENDING' | 'CREATING' | 'BUILDING' | 'TESTING' | 'DISTRIBUTING' | 'INTEGRATING'

/** What the world may ask about an image before it decides its outcome. */
export interface ImageInQuestion extends Place {
  arn: string
  name: string
  kind: 'build' | 'distribution'
  /** 1, and one more for each RetryImage. */
  attempt: number
  pipelineArn?: string | undefined
  distributionConfigurationArn?: string | undefined
  /** Of a distribution: the image that it distributes, where it is one. */
  sourceArn?: string | undefined
}

/** How an image goes wrong; what is left out goes well. */
export interface Outcome {
  failsAt?: Phase
  cancelledAt?: Phase
  /** What the image's state says. */
  reason?: string
  /** Availability Zones in which EC2 has no capacity for its build instance, whatever its type. */
  withoutCapacity?: string[]
  /** Its build instance is never online in Systems Manager: it fails while BUILDING, before any component runs. */
  unreachable?: boolean
  /** Further members of the failure's context, or others. */
  failureContext?: FailureContext
  /** Of a failure, the image's state has the reason, and nothing else is said anywhere. */
  silent?: boolean
  /** Copies that fail, each named by its account, its region, or both: always, or on the first attempts only. */
  failedCopies?: { account?: string; region?: string; reason: string; attempts?: number }[]
  /** The AMI's volumes are not encrypted, whatever the recipe says. */
  unencrypted?: boolean
  /** What the scan of the test instance finds, where the pipeline has one. */
  findings?: Findings
  /**
   * Seconds that the scan takes: the image stays in TESTING as long, two hours at the most, after which the scan has
   * TIMED_OUT and the image goes on. Number.POSITIVE_INFINITY for a scan that never completes.
   */
  scanTakes?: number
  /**
   * The image does not wait for its scan, which completes so many seconds after the tests. Image Builder's documentation
   * knows no such scan: this is for code that must not rely on it.
   */
  scanTrails?: boolean
  /** Why the scan ends FAILED. */
  scanFails?: string
}

/**
 * Where an image failed, as far as Image Builder tells.
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ImageFailureContext.html
 */
export interface FailureContext {
  imageStatus?: Phase
  failedStep?: string
  componentFailure?: {
    componentArn?: string
    phaseName?: string
    stepName?: string
    action?: string
    errorMessage?: string
  }
  distributionFailure?: {
    errorMessage?: string
    regionFailures?: {
      region: string
      status?: string
      imageConfigurationStep?: string
      errorMessage?: string
      /** Of a cross-account distribution. */
      targetAccountId?: string
    }[]
  }
}

/** Why a phase failed, and what is reported beside the reason. */
export interface Failure {
  reason: string
  context: FailureContext
}

/** Vulnerabilities by severity; none where nothing is said. */
export interface Findings {
  critical?: number
  high?: number
  medium?: number
  low?: number
}

export interface ImageRecord extends ImageInQuestion {
  image: Image & { arn: string; state: { status: ImageStatus; reason?: string; failureContext?: FailureContext } }
  amis: Ami[]
  /** What it has been until now, the newest last: answers may be late. */
  past: Past[]
  /** Stops what comes next. */
  stop: () => void
  /** Where a failure happened, for RetryImage to go on from. */
  failedIn?: Phase
  /** What its scan has found, once it is through. */
  findings?: ImageScanFinding[]
  scanTrails?: boolean
  /** What is installed, where the pipeline collects it. */
  packages?: ImagePackage[]
}

/** An image from `at` on, epoch milliseconds. */
interface Past {
  at: number
  state: ImageRecord['image']['state']
  amis: Ami[]
}

/** One phase: how long it lasts in seconds, and what it does at its end: why it failed, or nothing. */
export interface Step {
  phase: Phase
  seconds: number
  /** Whatever chance makes of the seconds. */
  atLeast?: number
  finish?: (() => Failure | string | undefined) | undefined
  /** The image goes on after a failure here. */
  goesOn?: boolean
}

export const dependency = (arn: string, by: string) =>
  new AwsError(
    'ResourceDependencyException',
    `Resource dependency error: The resource ARN '${arn}' has other resources depended on it: '${by}'.`,
  )

const terminal: string[] = ['AVAILABLE', 'CANCELLED', 'FAILED', 'DEPRECATED', 'DELETED', 'DISABLED']

/** The images of all accounts, and how each goes from phase to phase in virtual time. */
export class Images {
  readonly #records = new Map<string, ImageRecord>()
  /** The last number of each version. */
  readonly #given = new Map<string, number>()
  readonly #deps: ServiceDeps

  constructor(deps: ServiceDeps) {
    this.#deps = deps
  }

  /** Starts an image as the next build of its name and version. */
  add(
    place: Place,
    base: { name: string; version: string },
    described: Omit<ImageInQuestion, 'arn' | 'name' | 'attempt' | keyof Place>,
    image: Partial<Image>,
  ): ImageRecord {
    const version = `arn:aws:imagebuilder:${place.region}:${place.account}:image/${base.name}/${base.version}`
    const arn = `${version}/${this.#nextBuild(version)}`
    const dateCreated = new Date(this.#deps.clock.now()).toISOString()
    const record: ImageRecord = {
      ...place,
      ...described,
      arn,
      name: base.name,
      attempt: 1,
      amis: [],
      past: [{ at: Number.NEGATIVE_INFINITY, state: { status: 'PENDING' }, amis: [] }],
      stop: () => {},
      image: {
        type: 'AMI',
        buildType: 'USER_INITIATED',
        imageSource: 'CUSTOM',
        dateCreated,
        version: base.version,
        ...image,
        arn,
        state: { status: 'PENDING' },
      },
    }
    this.#records.set(arn, record)
    return record
  }

  /** The number of the next build of a version: those that are there have others. */
  #nextBuild(version: string): number {
    const builds = [...this.#records.keys()].flatMap((arn) =>
      arn.startsWith(`${version}/`) ? Number(arn.split('/').at(-1)) : [],
    )
    const given = this.#deps.isStrict('build-numbers-come-again') ? 0 : (this.#given.get(version) ?? 0)
    const next = Math.max(0, given, ...builds) + 1
    this.#given.set(version, next)
    return next
  }

  /**
   * The image is gone, and the AMIs that came out of it are not.
   * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_DeleteImage.html
   */
  remove(record: ImageRecord): void {
    if (!terminal.includes(record.image.state.status))
      throw new AwsError(
        'InvalidRequestException',
        `The image ${record.arn} is ${record.image.state.status} and cannot be deleted.`,
      )
    const [needing] = [...this.#records.values()].filter(({ sourceArn }) => sourceArn === record.arn)
    if (needing && this.#deps.isStrict('images-need-what-made-them')) throw dependency(record.arn, needing.arn)
    this.enter(record, 'DELETED')
    this.#records.delete(record.arn)
  }

  /** An image that a resource made, or went into. */
  madeWith(arn: string): string | undefined {
    if (!this.#deps.isStrict('images-need-what-made-them')) return undefined
    const found = [...this.#records.values()].find(
      ({ image }) => image.imageRecipe?.arn === arn || image.distributionConfiguration?.arn === arn,
    )
    return found?.arn
  }

  /** An image that somebody else has built: it is there, and nothing tells of it. */
  addBuilt(arn: string, image: Partial<Image>, amis: Ami[]): void {
    const [, , , region = '', account = '', resource = ''] = arn.split(':')
    const [, name = '', version = ''] = resource.split('/')
    const dateCreated = new Date(this.#deps.clock.now()).toISOString()
    const common = { type: 'AMI', buildType: 'USER_INITIATED', imageSource: 'CUSTOM' } as const
    this.#records.set(arn, {
      arn,
      account,
      region,
      name,
      kind: 'build',
      attempt: 1,
      amis,
      past: [{ at: Number.NEGATIVE_INFINITY, state: { status: 'AVAILABLE' }, amis }],
      stop: () => {},
      image: { ...common, name, version, dateCreated, ...image, arn, state: { status: 'AVAILABLE' } },
    })
  }

  /** It has been available for as long as anybody knows, and its scan is over. */
  settle(record: ImageRecord): void {
    const { image, amis } = record
    image.state = { status: 'AVAILABLE' }
    if (image.scanState) image.scanState = { status: 'COMPLETED' }
    record.past = [{ at: Number.NEGATIVE_INFINITY, state: image.state, amis }]
  }

  /** @throws AwsError ResourceNotFoundException */
  get(arn: string): ImageRecord {
    const found = this.#records.get(arn)
    if (!found) throw missing(arn)
    return found
  }

  find(arn: string): ImageRecord | undefined {
    return this.#records.get(arn)
  }

  /**
   * An image as GetImage answers it. `outputResources` are what "Image Builder produces when it creates this image": they come
   * with its end, and where answers are late, half of that time after the status.
   * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_Image.html
   */
  answered({ arn, image, past, kind }: ImageRecord, now: Date): Image {
    const late = this.#deps.lateBy({ kind: 'image', arn })
    const [first] = past
    const asOf = (time: number) => past.findLast(({ at }) => at <= time) ?? first
    const state = asOf(now.getTime() - late / 2)?.state
    const isHidden =
      kind === 'build' && state?.status !== 'AVAILABLE' && this.#deps.isStrict('amis-of-failed-builds-are-not-named')
    return {
      ...image,
      state,
      outputResources: { amis: isHidden ? [] : (asOf(now.getTime() - late)?.amis ?? []) },
    }
  }

  /** The image that an AMI came out of when it was built. */
  makerOf(ami: string, region: string): ImageRecord | undefined {
    return [...this.#records.values()].find(
      ({ kind, amis }) => kind === 'build' && amis.some((each) => each.image === ami && each.region === region),
    )
  }

  /** Oldest first. */
  list(place: Place): ImageRecord[] {
    return [...this.#records.values()].filter((each) => each.account === place.account && each.region === place.region)
  }

  /** The latest build of a version, which may have an x for "any". */
  latest(versionArn: string): ImageRecord | undefined {
    const pattern = new RegExp(`^${versionArn.replace(/[.]/g, '[.]').replace(/(?<=[/.\]])x(?=\[|$)/g, '\\d+')}/\\d+$`)
    const fitting = [...this.#records.values()].filter(({ arn }) => pattern.test(arn))
    return fitting.sort((a, b) => byVersion(a.image.version ?? '', b.image.version ?? '')).at(-1)
  }

  /** Goes through the steps, the first of which the image is in already, and ends AVAILABLE, FAILED or CANCELLED. */
  run(record: ImageRecord, steps: Step[], outcome: Outcome): void {
    const chance = this.#deps.random.fork(`image/${record.arn}/${record.attempt}`)
    const take = ([step, ...later]: Step[]): void => {
      if (!step) {
        this.enter(record, 'AVAILABLE')
        return
      }
      if (record.image.state.status !== step.phase) this.enter(record, step.phase)
      const failsHere = outcome.failsAt === step.phase || (outcome.unreachable && step.phase === 'BUILDING')
      const goesWrong = failsHere || outcome.cancelledAt === step.phase
      // A phase that goes wrong ends early, somewhere.
      const varied = step.seconds * 1000 * (0.8 + 0.4 * chance.next()) * (goesWrong ? 0.2 + 0.7 * chance.next() : 1)
      const lasts = goesWrong ? varied : Math.max(varied, (step.atLeast ?? 0) * 1000)
      record.stop = this.#deps.clock.at(this.#deps.clock.now() + Math.round(lasts), () => {
        if (outcome.cancelledAt === step.phase) {
          this.enter(record, 'CANCELLED', outcome.reason)
          return
        }
        const failed = failsHere ? failureIn(record, step.phase, outcome) : step.finish?.()
        if (failed === undefined || step.goesOn) {
          take(later)
          return
        }
        record.failedIn = step.phase
        const { reason, context } = typeof failed === 'string' ? { reason: failed, context: {} } : failed
        const reported = { imageStatus: step.phase, ...context, ...outcome.failureContext }
        this.enter(record, 'FAILED', reason, outcome.silent ? undefined : reported)
      })
    }
    take(steps)
  }

  cancel(record: ImageRecord): void {
    if (terminal.includes(record.image.state.status)) {
      throw new AwsError(
        'ResourceInUseException',
        `The image ${record.arn} is ${record.image.state.status} and cannot be cancelled.`,
      )
    }
    record.stop()
    this.enter(record, 'CANCELLED')
  }

  /** Changes the status, and says so on the default bus. */
  enter(record: ImageRecord, status: ImageStatus, reason?: string, failureContext?: FailureContext): void {
    const previous = record.image.state.status
    record.image.state = {
      status,
      ...(reason === undefined ? {} : { reason }),
      ...(failureContext === undefined ? {} : { failureContext }),
    }
    record.past.push({
      at: this.#deps.clock.now(),
      state: record.image.state,
      amis: terminal.includes(status) ? [...record.amis] : [],
    })
    follow(record, status, terminal.includes(status))
    const { account, region, kind, attempt } = record
    const isCreated = kind === 'build' && attempt === 1
    if (!isCreated && this.#deps.isStrict('distributions-raise-events')) return
    this.#deps.emit({
      source: 'aws.imagebuilder',
      detailType: 'EC2 Image Builder Image State Change',
      account,
      region,
      resources: [record.arn],
      detail: { 'previous-state': { status: previous }, state: { status } },
    })
  }
}

/** The steps of AWS's own workflows in which components run. */
const steps: Partial<Record<Phase, { failedStep: string; phaseName: string }>> = {
  BUILDING: { failedStep: 'ApplyBuildComponents', phaseName: 'build' },
  TESTING: { failedStep: 'ApplyTestComponents', phaseName: 'test' },
}

/**
 * How a phase fails that is to fail: on the instance by the last component, unless the instance was never there.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/troubleshooting.html#ts-timeout-ssm-agent
 */
function failureIn({ image }: ImageRecord, phase: Phase, { unreachable, reason }: Outcome): Failure {
  if (unreachable)
    return {
      reason:
        reason ??
        "SSM execution failed with status = 'TimedOut' and failure message = 'Step timed out while step is verifying the Systems Manager Agent availability on the target instance(s)'",
      context: { failedStep: 'LaunchBuildInstance' },
    }
  const step = steps[phase]
  const component = image.imageRecipe?.components?.at(-1)?.componentArn
  const { failedStep, phaseName } = step ?? {}
  const componentFailure = component &&
    phaseName && { componentArn: buildVersionOf(component), phaseName, errorMessage: 'exit status 1' }
  return {
    reason: reason ?? `${phase} failed`,
    context: { ...(failedStep && { failedStep }), ...(componentFailure && { componentFailure }) },
  }
}

/** "Image Builder identifies the component by build version", also where the recipe has a wildcard. */
function buildVersionOf(componentArn: string): string {
  const [, base = componentArn, version = 'x.x.x', build = '1'] =
    componentArn.match(/^(.+)\/((?:\d+|x)(?:\.(?:\d+|x)){2})(?:\/(\d+))?$/) ?? []
  return `${base}/${version.replace(/^x/, '1').replaceAll('x', '0')}/${build}`
}
