import type { Fleet } from '../domain/fleet/model.ts'
import { versionOfArn } from '../domain/names.ts'
import type { FleetState } from '../domain/planning/fleet-state.ts'
import { stableOf } from '../domain/planning/holds.ts'
import { newestFirst, type Placement } from '../domain/releases/image-release.ts'
import type { FleetStateStore } from './fleet-state.ts'
import type { BakeItem, CopyItem, RefusalItem, ReleaseItem } from './items.ts'
import { keyOf } from './keys.ts'
import { ofKind, readItem, type Table } from './table.ts'

type Mark = NonNullable<ReleaseItem['revoked']>

/** A release, by what it is called. */
interface Named {
  image: string
  version: string
}

const keyFor = ({ image, version }: Named) => keyOf('release', { image, version })
const bakeKey = ({ image, version }: Named) => keyOf('bake', { image, version })

/** What a release learns after it passed its checks. */
const ofRollOuts = [
  'copies',
  'distributed',
  'distributions',
  'failed',
  'releasedAt',
  'revoked',
  'rolledBack',
  'took',
] as const satisfies (keyof ReleaseItem)[]

/** The releases of images across campaigns; and of upstreams, what was refused, and what is a copy of our own. */
export class ReleaseStore {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  read(named: Named): Promise<ReleaseItem | undefined> {
    return readItem(this.#table, keyFor(named))
  }

  /** Every release of an image, the newest first. */
  async readAll(image: string): Promise<ReleaseItem[]> {
    return newestFirst(await this.#allOf(image))
  }

  /** Every release of these images: image by image, the newest first. */
  async readCatalog(images: readonly string[]): Promise<ReleaseItem[]> {
    return (await inParts(images, (image) => this.readAll(image))).flat()
  }

  /** Of an image's releases the one that is this AMI: it may not be the newest by now. */
  async findByAmi(image: string, ami: string): Promise<ReleaseItem | undefined> {
    return (await this.#allOf(image)).find((release) => release.ami === ami)
  }

  async #allOf(image: string): Promise<ReleaseItem[]> {
    return ofKind(await this.#table.all(keyFor({ image, version: '' }).pk), 'release')
  }

  /**
   * What passed its checks; one that is there already stays. Image Builder may give the number of a build that was deleted again:
   * what is left of that release makes way.
   */
  async recordCandidate(release: ReleaseItem): Promise<void> {
    if (await this.#table.create(keyFor(release), release)) return
    const before = await this.read(release)
    if (!before?.retired?.removedAt) return
    await this.#table.set(keyFor(release), release)
    // Last: until then another try begins from the start.
    await this.#table.unset(keyFor(release), [...ofRollOuts, 'retired'])
  }

  /** Every bake of these images whose remains are not all gone. */
  async readBakes(images: readonly string[]): Promise<BakeItem[]> {
    const found = await inParts(images, (image) => this.#table.all(bakeKey({ image, version: '' }).pk))
    return found.flatMap((items) => ofKind(items, 'bake'))
  }

  /**
   * Image Builder was started, whatever will come of it.
   * @returns false for a repeat
   */
  async recordBakeStarted(bake: BakeItem): Promise<boolean> {
    const before = await readItem(this.#table, bakeKey(bake))
    if (before?.campaign === bake.campaign) return false
    // It was of a build whose number comes again.
    if (before) await this.#table.unset(bakeKey(bake), ['amis', 'ended'])
    await this.#table.set(bakeKey(bake), bake)
    return true
  }

  /** It failed: its first end stays. One that began before bakes were remembered is remembered now. */
  async recordBakeEnded(bake: BakeItem & Required<Pick<BakeItem, 'ended'>>): Promise<void> {
    await this.#table.set(bakeKey(bake), {}, bake)
  }

  /** All that it left is gone. */
  async removeBake(named: Named): Promise<void> {
    await this.#table.remove(bakeKey(named))
  }

  /**
   * Image Builder was started to distribute the release, whatever will come of it.
   * @returns false for a repeat
   */
  async recordDistribution(named: Named, ring: string, arn: string): Promise<boolean> {
    const { distributions = {}, failed } = (await this.read(named)) ?? {}
    if (failed) await this.#table.unset(keyFor(named), ['failed'])
    const before = distributions[ring] ?? []
    if (before.includes(arn)) return false
    await this.#table.set(keyFor(named), { distributions: { ...distributions, [ring]: [...before, arn] } })
    return true
  }

  /** Its roll-out failed. */
  async recordFailed(named: Named, failed: NonNullable<ReleaseItem['failed']>): Promise<void> {
    await this.#table.set(keyFor(named), { failed })
  }

  /**
   * Beside the other rings of the release, and beside copies that were made when it was rolled out before: somebody must
   * know of them. The holder of its rollout lock is the only one who writes this.
   */
  async recordPlaced(
    named: Named,
    ring: string,
    { copies = [], distributed, took }: { copies?: Placement[]; distributed?: Placement[]; took?: number },
  ): Promise<void> {
    const before = await this.read(named)
    const all = new Map([...(before?.copies?.[ring] ?? []), ...copies].map((each) => [each.ami, each]))
    await this.#table.set(keyFor(named), {
      copies: { ...before?.copies, ...(all.size > 0 && { [ring]: [...all.values()] }) },
      distributed: { ...before?.distributed, ...(distributed && { [ring]: distributed }) },
      took: took === undefined ? undefined : { ...before?.took, [ring]: took },
    })
  }

  /** When it was first through its last ring. */
  async recordReleased(named: Named, releasedAt: string): Promise<void> {
    await this.#table.set(keyFor(named), {}, { releasedAt })
  }

  /** The first revocation stays. */
  async recordRevoked(named: Named, revoked: Mark): Promise<void> {
    await this.#table.set(keyFor(named), {}, { revoked })
  }

  async recordRolledBack(named: Named, rolledBack: Mark): Promise<void> {
    await this.#table.set(keyFor(named), { rolledBack })
  }

  /** Somebody wants it after all. */
  async clearRolledBack(named: Named): Promise<void> {
    await this.#table.unset(keyFor(named), ['rolledBack'])
  }

  async recordRetired(named: Named, retired: NonNullable<ReleaseItem['retired']>): Promise<void> {
    await this.#table.set(keyFor(named), { retired })
  }

  /** Its time begins again when it is old again. */
  async clearRetired(named: Named): Promise<void> {
    await this.#table.unset(keyFor(named), ['retired'])
  }

  readCopy(ami: string): Promise<CopyItem | undefined> {
    return readItem(this.#table, keyOf('copy', { ami }))
  }

  async recordCopy(ami: string, copy: CopyItem): Promise<void> {
    await this.#table.set(keyOf('copy', { ami }), copy)
  }

  readRefusal(refusal: Pick<RefusalItem, 'ami' | 'event'>): Promise<RefusalItem | undefined> {
    return readItem(this.#table, keyForRefusal(refusal))
  }

  async recordRefusal(refusal: Omit<RefusalItem, 'announced'>): Promise<void> {
    await this.#table.set(keyForRefusal(refusal), { ...refusal, announced: true })
  }
}

const keyForRefusal = ({ ami, event = ami }: Pick<RefusalItem, 'ami' | 'event'>) => keyOf('refusal', { event })

const together = 16

/** So many at a time, in order. */
async function inParts<T>(images: readonly string[], read: (image: string) => Promise<T>): Promise<T[]> {
  const found: T[] = []
  for (let at = 0; at < images.length; at += together)
    found.push(...(await Promise.all(images.slice(at, at + together).map(read))))
  return found
}

/** Every image that the fleet has, or has had. */
export const everyImage = (fleet: Fleet, known: FleetState): string[] => [
  ...new Set([...Object.keys(fleet.images), ...Object.keys(known.images)]),
]

/** The release before a bake: what targets have now, or the last that passed where none went through its rings. */
export interface Previous {
  version: string
  ami: string
  imageArn?: string | undefined
}

/** @returns undefined where this bake is the first */
export async function readPrevious(
  { fleetState, releases }: { fleetState: FleetStateStore; releases: ReleaseStore },
  image: string,
  imageArn: string,
): Promise<Previous | undefined> {
  const known = await fleetState.read()
  const previous = stableOf(known, image) ?? known.images[image]?.last
  // A candidate is the last that passed itself.
  if (!previous || previous.version === versionOfArn(imageArn)) return undefined
  const { version, ami } = previous
  const release = await releases.read({ image, version })
  return { version, ami, imageArn: release?.imageArn }
}
