import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { classify } from '../../aws/errors.ts'
import { readPackages, readScan } from '../../aws/image-contents.ts'
import { Transient } from '../../domain/errors.ts'
import { type Changes, type Contents, changesSince } from '../../domain/validation/changes.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { readPrevious } from '../../ledger/releases.ts'

interface ReleaseNotesDeps {
  imageBuilder: ImagebuilderClient
  ledger: Pick<Ledger, 'fleetState' | 'releases'>
}

interface Asked {
  image: string
  imageArn: string
  campaign: string
}

/**
 * What is new in an image, or in words why nobody knows: people can do without the list. What another try may bring, another
 * try brings.
 */
export async function readNotes(deps: ReleaseNotesDeps, asked: Asked): Promise<Changes | string> {
  try {
    return await readChanges(deps, asked)
  } catch (error) {
    if (!(error instanceof Error) || classify(error) instanceof Transient) throw error
    return `${error.name}: ${error.message}`
  }
}

/** What is new in an image, for approvals and release notes. What Image Builder does not know is left out. */
export async function readChanges(
  { imageBuilder, ledger }: ReleaseNotesDeps,
  { image, imageArn }: Asked,
): Promise<Changes> {
  const previous = await readPrevious(ledger, image, imageArn)
  const now = await readContents(imageBuilder, imageArn)
  return changesSince(previous && { ...previous, ...(await readContents(imageBuilder, previous.imageArn)) }, now)
}

async function readContents(client: ImagebuilderClient, imageArn: string | undefined): Promise<Contents> {
  if (imageArn === undefined) return {}
  const scan = await readScan(client, imageArn)
  return {
    packages: await readPackages(client, imageArn),
    ...('findings' in scan && { findings: scan.findings }),
  }
}
