import {
  GetImageCommand,
  type Image,
  type ImagebuilderClient,
  type ImageScanFinding,
  ListImagePackagesCommand,
  ListImageScanFindingsCommand,
} from '@aws-sdk/client-imagebuilder'
import { type Severity, severities, type Vulnerability } from '../domain/validation/findings.ts'
import type { Packages } from '../domain/validation/packages.ts'
import { isMissing } from './errors.ts'

/** What Image Builder knows of the inside of an image: what its scan found, and what is installed. */

/** What came of a scan; or what goes on with it, in words; or why there is none. */
export type Scan = { findings: Vulnerability[] } | { running: string } | { missing: string }

/** As many as Image Builder hands out at once. */
const maxResults = 25

/** The image; undefined where it was deleted. */
export async function getImage(client: ImagebuilderClient, imageArn: string): Promise<Image | undefined> {
  try {
    return (await client.send(new GetImageCommand({ imageBuildVersionArn: imageArn }))).image
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * What the scan of an image came to. A scan goes from PENDING through SCANNING and COLLECTING to COMPLETED, or ends as
 * ABANDONED, FAILED or TIMED_OUT; a status of tomorrow is taken for one that goes on.
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ImageScanState.html
 */
export async function readScan(client: ImagebuilderClient, imageArn: string): Promise<Scan> {
  const image = await getImage(client, imageArn)
  if (!image) return { missing: `Image Builder has no ${imageArn} any more` }
  const { status, reason } = image.scanState ?? {}
  switch (status) {
    case 'COMPLETED':
      return { findings: await listFindings(client, imageArn) }
    case 'ABANDONED':
    case 'FAILED':
    case 'TIMED_OUT':
      return { missing: `its scan is ${status}: ${reason ?? 'Image Builder gives no reason'}` }
    case undefined:
      return image.imageScanningConfiguration?.imageScanningEnabled
        ? { running: 'its scan has not begun' }
        : { missing: 'it was not scanned: its pipeline has scanning off' }
    default:
      return { running: `its scan is ${status}` }
  }
}

async function listFindings(client: ImagebuilderClient, imageArn: string): Promise<Vulnerability[]> {
  const findings: Vulnerability[] = []
  const filters = [{ name: 'imageBuildVersionArn', values: [imageArn] }]
  let nextToken: string | undefined
  do {
    const page = await client.send(new ListImageScanFindingsCommand({ filters, maxResults, nextToken }))
    findings.push(...(page.findings ?? []).map(findingOf))
    nextToken = page.nextToken
  } while (nextToken)
  return findings
}

const isSeverity = (text: string): text is Severity => (severities as readonly string[]).includes(text)

function findingOf({ severity = '', title, fixAvailable, ...finding }: ImageScanFinding): Vulnerability {
  const { vulnerabilityId, vulnerablePackages = [] } = finding.packageVulnerabilityDetails ?? {}
  const rated = severity.toUpperCase()
  const all = (of: (string | undefined)[]) => [...new Set(of.flatMap((text) => text ?? []))]
  return {
    id: vulnerabilityId ?? title ?? 'a vulnerability without a name',
    severity: isSeverity(rated) ? rated : 'UNTRIAGED',
    packages: all(vulnerablePackages.map(({ name }) => name)),
    // YES, NO or PARTIAL.
    fixable: fixAvailable !== 'NO',
    fixedIn: all(vulnerablePackages.map(({ fixedInVersion }) => fixedInVersion)),
  }
}

/** What its recipe installs, in order: `corretto 1.2.0`. */
export async function readComponents(client: ImagebuilderClient, imageArn: string): Promise<string[]> {
  const image = await getImage(client, imageArn)
  return (image?.imageRecipe?.components ?? []).map(({ componentArn = '' }) =>
    componentArn.split('/').slice(1, 3).join(' '),
  )
}

/** What is installed; undefined where Image Builder lists nothing: no image is without packages. */
export async function readPackages(client: ImagebuilderClient, imageArn: string): Promise<Packages | undefined> {
  const packages = new Map<string, string[]>()
  const request = { imageBuildVersionArn: imageArn, maxResults }
  let nextToken: string | undefined
  try {
    do {
      const page = await client.send(new ListImagePackagesCommand({ ...request, nextToken }))
      for (const { packageName = '', packageVersion = '' } of page.imagePackageList ?? [])
        packages.set(packageName, [...(packages.get(packageName) ?? []), packageVersion])
      nextToken = page.nextToken
    } while (nextToken)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  return packages.size > 0 ? packages : undefined
}
