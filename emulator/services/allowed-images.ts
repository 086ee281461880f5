import type { GetAllowedImagesSettingsResult, ImageCriterion } from '@aws-sdk/client-ec2'
import { glob } from '../matching/glob.ts'
import type { Ami } from './ami-store.ts'
import { Partitions } from './support.ts'
import type { Context, Service } from './types.ts'

interface Place {
  account: string
  region: string
}

interface Settings {
  state: 'disabled' | 'audit-mode' | 'enabled'
  criteria: ImageCriterion[]
}

const day = 24 * 3_600_000

/**
 * Which AMIs of others an account admits in a region. Where it is enabled, all others can be neither seen nor used; AMIs of the
 * account itself always can.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-allowed-amis.html
 */
export class AllowedImages {
  readonly #kept = new Partitions<Settings>(() => ({ state: 'disabled', criteria: [] }))
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  set(place: Place, settings: Settings): void {
    Object.assign(this.#kept.in(place), settings)
  }

  /** Whether the account may see and use the AMI, as far as these settings go. */
  admits({ image, region }: Ami, account: string): boolean {
    const { state, criteria } = this.#kept.in({ account, region })
    if (state !== 'enabled' || image.OwnerId === account) return true
    return criteria.some((criterion) => this.#meets(image, criterion))
  }

  /** "An AMI must match all parameters within an ImageCriterion", and any value of each. */
  #meets(image: Ami['image'], criterion: ImageCriterion): boolean {
    const { ImageProviders: providers, ImageNames: names, MarketplaceProductCodes: codes } = criterion
    const { CreationDateCondition: created, DeprecationTimeCondition: deprecated } = criterion
    const age = (since: string | undefined) => (since === undefined ? 0 : (this.#now() - Date.parse(since)) / day)
    return (
      (!providers || providers.some((each) => each === image.OwnerId || each === image.ImageOwnerAlias)) &&
      (!names || names.some((each) => glob(each, image.Name))) &&
      (!codes || codes.some((code) => image.ProductCodes?.some(({ ProductCodeId }) => ProductCodeId === code))) &&
      (created?.MaximumDaysSinceCreated === undefined || age(image.CreationDate) <= created.MaximumDaysSinceCreated) &&
      (deprecated?.MaximumDaysSinceDeprecated === undefined ||
        age(image.DeprecationTime) <= deprecated.MaximumDaysSinceDeprecated)
    )
  }

  /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetAllowedImagesSettings.html */
  readonly operations: Service['operations'] = {
    GetAllowedImagesSettings: (_: object, context: Context): GetAllowedImagesSettingsResult => {
      const { state, criteria } = this.#kept.in(context)
      return { State: state, ImageCriteria: criteria, ManagedBy: 'account' }
    },
  }
}
