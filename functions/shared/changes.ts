import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { type Changes, type Contents, changesSince } from '../../domain/validation/changes.ts'
import { readPackages, readScan } from './contents.ts'
import type { Ledger } from './ledger.ts'
import { readPrevious } from './previous.ts'

/** What is new in an image, for approvals and release notes. What Image Builder does not know is left out. */
export async function readChanges(
  { imageBuilder, ledger }: { imageBuilder: ImagebuilderClient; ledger: Ledger },
  { image, imageArn }: { image: string; imageArn: string; campaign: string },
): Promise<Changes> {
  const previous = await readPrevious(ledger, image, imageArn)
  const now = await readContents(imageBuilder, imageArn)
  return changesSince(
    previous && { ...previous, ...(await readContents(imageBuilder, previous.imageArn)) },
    now,
  )
}

async function readContents(client: ImagebuilderClient, imageArn: string | undefined): Promise<Contents> {
  if (imageArn === undefined) return {}
  const scan = await readScan(client, imageArn)
  return {
    packages: await readPackages(client, imageArn),
    ...('findings' in scan && { findings: scan.findings }),
  }
}
