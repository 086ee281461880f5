import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { getImage, readPackages } from '../../aws/image-contents.ts'
import type { CheckResult } from '../../domain/validation/evidence.ts'
import { checkPackages, comparePackages, describeChanges, type Packages } from '../../domain/validation/packages.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { readPrevious } from '../../ledger/releases.ts'
import { packagesWait } from '../../ledger/wait-ids.ts'
import type { CheckInput, CheckStep, OrderOf } from './check-step.ts'

interface PackagesCheckDeps {
  imageBuilder: ImagebuilderClient
  ledger: Pick<Ledger, 'fleetState' | 'releases'>
}

/** Holds what is installed against what must be and what must not be. Where nobody knows, nothing has passed. */
export async function examinePackages(
  deps: PackagesCheckDeps,
  { settings }: OrderOf<'packages'>,
  { image, imageArn }: CheckInput,
): Promise<CheckStep> {
  const now = await readPackages(deps.imageBuilder, imageArn)
  if (!now) return withoutList(deps, imageArn)
  return { results: [...checkPackages(now, settings), await compared(deps, image, imageArn, now)] }
}

/** Systems Manager's inventory may be late. No event tells of it: the time brings the next look. */
async function withoutList({ imageBuilder }: PackagesCheckDeps, imageArn: string): Promise<CheckStep> {
  const detail = 'Image Builder lists no packages'
  const built = await getImage(imageBuilder, imageArn)
  if (built && built.enhancedImageMetadataEnabled !== false) return { pending: packagesWait(imageArn), doing: detail }
  const why = built ? 'the pipeline has enhanced image metadata off' : 'the image is gone'
  return { results: [{ check: 'list', passed: false, detail: `${detail}: ${why}` }] }
}

async function compared(
  { imageBuilder, ledger }: PackagesCheckDeps,
  image: string,
  imageArn: string,
  now: Packages,
): Promise<CheckResult> {
  const previous = await readPrevious(ledger, image, imageArn)
  const nothing = (why: string): CheckResult => ({
    check: 'comparison',
    passed: true,
    detail: `nothing is compared: ${why}`,
  })
  if (!previous) return nothing('there is no previous release')
  const before = previous.imageArn && (await readPackages(imageBuilder, previous.imageArn))
  return before
    ? describeChanges(previous.version, comparePackages(before, now))
    : nothing(`nobody knows what ${previous.version} has`)
}
