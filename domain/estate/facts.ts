/** What a build account has in Image Builder, as it was read: the input of an import. */

export interface EstateFacts {
  account: string
  region: string
  pipelines: PipelineFacts[]
  /** By id: the AMIs that recipes name, those that pipelines made, and others of the same owners. */
  amis: Record<string, AmiFacts>
  /** The AMI that each SSM parameter names that a recipe takes its parent from. */
  parameters: Record<string, string>
  /** What could not be read, each in a sentence with the reason. */
  unread: string[]
}

export interface PipelineFacts {
  arn: string
  name: string
  builds: 'images' | 'containers'
  isEnabled: boolean
  /** A cron or rate expression of its own. */
  schedule?: string | undefined
  tags: Record<string, string>
  /** undefined where it could not be read, or is one of containers. */
  recipe?: RecipeFacts | undefined
  distributions: DistributionFacts[]
  /** Those that ended well, oldest first. */
  made: BuildFacts[]
}

export interface RecipeFacts {
  name: string
  version: string
  /** An AMI id, the ARN of an image, or `ssm:` and a parameter. */
  parent: string
  platform: 'Linux' | 'Windows'
  /** The fleet of Rebake that made it; undefined where somebody else did. */
  fleet?: string | undefined
}

/** Where a pipeline's own distribution brings its AMIs in one region, beside its own account. */
export interface DistributionFacts {
  region: string
  mode: 'copy' | 'share'
  accounts: string[]
  /** ARNs. */
  organizationalUnits: string[]
  /** ARNs of whole organizations. */
  organizations: string[]
}

export interface BuildFacts {
  ami: string
  /** From the start of the build to its AMI; undefined where the AMI is not there any more. */
  minutes?: number | undefined
}

export interface AmiFacts {
  id: string
  owner: string
  name: string
  architecture: string
  /** The name of the Image Builder image that it came from. */
  madeBy?: string | undefined
}
