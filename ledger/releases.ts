import type { Fleet } from '../domain/fleet/model.ts'
import type { Known } from '../domain/planning/known.ts'
import { newestFirst, type Release } from '../domain/releases/release.ts'
import { releaseKey } from './campaigns.ts'
import type { Item, Key, Ledger } from './table.ts'

/** Every release of an image, the newest first. */
export async function readReleases(ledger: Ledger, image: string): Promise<Release[]> {
  const items = await ledger.all<Release & Item & Key>(releaseKey(image, '').pk)
  return newestFirst(
    items.filter(({ sk }) => sk.startsWith('RELEASE#')).map(({ pk: _, sk: __, ...release }) => release as Release),
  )
}

/** Every image that the fleet has, or has had. */
export const everyImage = (fleet: Fleet, known: Known): string[] => [
  ...new Set([...Object.keys(fleet.images), ...Object.keys(known.images)]),
]

const together = 16

/** Every release of these images: image by image, the newest first. */
export async function readCatalog(ledger: Ledger, images: readonly string[]): Promise<Release[]> {
  const found: Release[] = []
  for (let at = 0; at < images.length; at += together) {
    const some = images.slice(at, at + together).map((image) => readReleases(ledger, image))
    found.push(...(await Promise.all(some)).flat())
  }
  return found
}
