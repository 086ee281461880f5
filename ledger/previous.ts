import { versionOfArn } from '../domain/names.ts'
import { releaseKey } from './campaigns.ts'
import { readKnown } from './fleet-state.ts'
import type { Ledger } from './table.ts'

/** The release before a bake: what targets have now, or the last that passed where none went through its rings. */
export interface Previous {
  version: string
  ami: string
  imageArn?: string | undefined
}

/** @returns undefined where this bake is the first */
export async function readPrevious(ledger: Ledger, image: string, imageArn: string): Promise<Previous | undefined> {
  const { released, last } = (await readKnown(ledger)).images[image] ?? {}
  const previous = released ?? last
  // A candidate is the last that passed itself.
  if (!previous || previous.version === versionOfArn(imageArn)) return undefined
  const { version, ami } = previous
  const release = await ledger.get<{ imageArn?: string }>(releaseKey(image, version))
  return { version, ami, imageArn: release?.imageArn }
}
