import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { readScan, type Scan } from '../../aws/image-contents.ts'
import { checkVulnerabilities } from '../../domain/validation/vulnerabilities.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { scanWait } from '../../ledger/wait-ids.ts'
import type { CheckInput, CheckStep, OrderOf } from './check-step.ts'

interface VulnerabilitiesCheckDeps {
  imageBuilder: ImagebuilderClient
  ledger: Pick<Ledger, 'releases'>
}

/** Holds what the scan of the bake found against what the fleet tolerates. Without a scan, nothing has passed. */
export async function examineVulnerabilities(
  deps: VulnerabilitiesCheckDeps,
  { settings }: OrderOf<'vulnerabilities'>,
  { imageArn, parentAmi, time }: CheckInput,
): Promise<CheckStep> {
  const scan = await readScan(deps.imageBuilder, imageArn)
  if (!('findings' in scan)) return withoutFindings('scan', imageArn, scan)
  const today = time.slice(0, 10)
  if (!settings.introduced) return { results: checkVulnerabilities(settings, { findings: scan.findings, today }) }
  const parentArn = (await deps.ledger.releases.findByAmi(settings.parent, parentAmi))?.imageArn
  const parent: Scan = parentArn
    ? await readScan(deps.imageBuilder, parentArn)
    : { missing: `no release of it is ${parentAmi}` }
  if (!('findings' in parent)) return withoutFindings(`parent ${settings.parent}`, parentArn ?? '', parent)
  return {
    results: checkVulnerabilities(settings, { findings: scan.findings, parent: parent.findings, today }),
  }
}

const withoutFindings = (check: string, arn: string, scan: Exclude<Scan, { findings: unknown }>): CheckStep =>
  'running' in scan
    ? { pending: scanWait(arn), doing: `${check}: ${scan.running}` }
    : { results: [{ check, passed: false, detail: scan.missing }] }
