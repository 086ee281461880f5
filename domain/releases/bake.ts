import type { Ended } from './image-release.ts'

/** What Image Builder was started to bake, whatever came of it. One whose AMI passed its checks is a release, too. */
export interface Bake {
  image: string
  /** `1.0.3/1`: the recipe's version, and the build's number. */
  version: string
  imageArn: string
  parentAmi: string
  /** The campaign that it was for. */
  campaign: string
  startedAt: string
  /** In the build account and region: as far as Image Builder said so when it ended. */
  amis?: string[]
  /** When it ended without a release. */
  ended?: Ended
}
