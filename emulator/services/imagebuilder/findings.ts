import type { ImageScanFinding, ImageStatus } from '@aws-sdk/client-imagebuilder'
import type { ServiceDeps } from '../types.ts'
import type { Findings, ImageInQuestion, ImageRecord, Outcome } from './images.ts'
import { scannable } from './packages.ts'

/** One vulnerability in one package, as the world says it. */
export interface ScanFinding {
  /** `CVE-2026-1234` */
  id: string
  severity: 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW' | 'INFORMATIONAL' | 'UNTRIAGED'
  package: string
  /** What is installed. */
  version: string
  /** Left out where no version fixes it. */
  fixedIn?: string
}

/**
 * Seconds that the step of the test workflow waits for Inspector: "Default Timeout: 120 minutes".
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html#wfdoc-step-action-collect-findings
 */
const longest = 120 * 60

/** How long a scan keeps its image in TESTING, in seconds. */
export const scanKeeps = ({ scanTakes = 0, scanTrails }: Outcome): number =>
  scanTrails ? 0 : Math.min(scanTakes, longest)

/**
 * What becomes of a scan when its image changes its status: it "starts as PENDING and moves through SCANNING and
 * COLLECTING to COMPLETED. Image Builder sets the status to ABANDONED if the image reaches a terminal state before the
 * scan finding collection completes": https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ImageScanState.html
 */
export function follow(record: ImageRecord, status: ImageStatus, isOver: boolean): void {
  const { image } = record
  const scan = image.scanState?.status
  if (status === 'TESTING' && scan) image.scanState = { status: 'SCANNING' }
  const isOpen = scan === 'PENDING' || scan === 'SCANNING' || scan === 'COLLECTING'
  if (!isOver || !isOpen || (status === 'AVAILABLE' && record.scanTrails)) return
  image.scanState = {
    status: 'ABANDONED',
    reason: `The image became ${status} before its scan was complete.`,
  }
}

/** The scans of test instances. */
export class Scans {
  readonly #deps: ServiceDeps
  readonly #found: (image: ImageInQuestion) => ScanFinding[] | undefined

  /** @param found what the scan of an image finds; undefined for what its outcome counts */
  constructor(deps: ServiceDeps, found: (image: ImageInQuestion) => ScanFinding[] | undefined) {
    this.#deps = deps
    this.#found = found
  }

  /** The tests are over: so is the scan, or Image Builder waits for it no longer. */
  end(record: ImageRecord, outcome: Outcome): undefined {
    const { scanTakes = 0, scanTrails, scanFails } = outcome
    if (record.image.scanState === undefined) return
    if (scanTrails) {
      record.scanTrails = true
      const { clock } = this.#deps
      const end = clock.now() + scanTakes * 1000
      if (Number.isFinite(end)) clock.at(end, () => this.#through(record, outcome))
    } else if (scanTakes > longest && scanFails === undefined) {
      record.image.scanState = {
        status: 'TIMED_OUT',
        reason: 'Amazon Inspector was not through in 120 minutes.',
      }
    } else this.#through(record, outcome)
  }

  /**
   * "If you have CVE detection enabled for your image, Image Builder sends a message with the results whenever an
   * image scan completes." https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-eventbridge.html
   */
  #through(record: ImageRecord, { findings = {}, scanFails }: Outcome): void {
    if (scanFails !== undefined) {
      record.image.scanState = { status: 'FAILED', reason: scanFails }
      return
    }
    const found = this.#found(record) ?? this.#plausible(findings)
    const observed = new Date(this.#deps.clock.now())
    record.findings = found.map((finding) => toScanFinding(record, finding, observed))
    record.image.scanState = { status: 'COMPLETED' }
    const { account, region, arn, pipelineArn } = record
    const count = (severity: string) => found.filter((finding) => finding.severity === severity).length
    const instance = this.#deps.random.fork(`test-instance/${arn}`).hex(16)
    this.#deps.emit({
      source: 'aws.imagebuilder',
      detailType: 'EC2 Image Builder CVE Detected',
      account,
      region,
      resources: [arn, ...(pipelineArn === undefined ? [] : [pipelineArn])],
      detail: {
        'resource-id': `i-0${instance}`,
        'finding-severity-counts': {
          all: found.length,
          critical: count('CRITICAL'),
          high: count('HIGH'),
          medium: count('MEDIUM'),
        },
      },
    })
  }

  /** As many of each severity as there shall be: the same ones in every image, the first first. */
  #plausible({ critical = 0, high = 0, medium = 0, low = 0 }: Findings): ScanFinding[] {
    const of = (severity: ScanFinding['severity'], count: number) =>
      Array.from({ length: count }, (_, nth): ScanFinding => {
        const chance = this.#deps.random.fork(`finding/${severity}/${nth}`)
        const id = `CVE-2026-${chance.integer(10_000, 59_999)}`
        const name = scannable[chance.integer(0, scannable.length - 1)] ?? ''
        const isFixed = chance.next() < 0.75
        return { id, severity, package: name, version: '1.0.0-1', ...(isFixed && { fixedIn: '1.0.0-2' }) }
      })
    return [...of('CRITICAL', critical), ...of('HIGH', high), ...of('MEDIUM', medium), ...of('LOW', low)]
  }
}

const scores: Record<ScanFinding['severity'], number> = {
  CRITICAL: 9.8,
  HIGH: 7.8,
  MEDIUM: 5.5,
  LOW: 3.1,
  INFORMATIONAL: 0,
  UNTRIAGED: 0,
}

/** A finding as the API has it. */
function toScanFinding(record: ImageRecord, finding: ScanFinding, observed: Date): ImageScanFinding {
  const { id, severity, fixedIn, package: name, version } = finding
  const url = `https://nvd.nist.gov/vuln/detail/${id}`
  const score = scores[severity]
  return {
    awsAccountId: record.account,
    imageBuildVersionArn: record.arn,
    ...(record.pipelineArn === undefined ? {} : { imagePipelineArn: record.pipelineArn }),
    type: 'PACKAGE_VULNERABILITY',
    title: `${id} - ${name}`,
    description: `A vulnerability of ${name}`,
    severity,
    firstObservedAt: observed,
    updatedAt: observed,
    inspectorScore: score,
    inspectorScoreDetails: { adjustedCvss: { scoreSource: 'NVD', cvssSource: 'NVD', version: '3.1', score } },
    packageVulnerabilityDetails: {
      vulnerabilityId: id,
      source: 'NVD',
      sourceUrl: url,
      vendorSeverity: severity,
      referenceUrls: [url],
      vulnerablePackages: [
        {
          name,
          version,
          packageManager: 'OS',
          ...(fixedIn === undefined ? {} : { fixedInVersion: fixedIn }),
        },
      ],
    },
    remediation: { recommendation: { text: fixedIn ? `Update ${name} to ${fixedIn}.` : 'None Provided' } },
    fixAvailable: fixedIn === undefined ? 'NO' : 'YES',
  }
}
