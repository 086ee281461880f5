/**
 * Every name that Rebake gives or expects, derived from the fleet alone: the app, the functions, and the
 * rehearsal compute the same ones, so no ARN has to be carried about.
 */
const slot = (fleet: string, image: string, pointer: string) => `/${fleet}/images/${image}/${pointer}`

/** The tag that says whose something in AWS is: its value is the name of the fleet. Deployed, and so a promise. */
export const fleetTag = 'rebake:fleet'

/** `golden-web` of `arn:aws:imagebuilder:us-west-2:111122223333:image/golden-web/1.0.3/1`: its recipe's. Undefined for no image. */
export const imageNameOf = (arn: string): string | undefined => /:image\/([^/]+)\//.exec(arn)?.[1]

/** The image of the fleet that an Image Builder image is of; undefined for any other. */
export const imageOfArn = (fleet: string, arn: string): string | undefined => {
  const name = imageNameOf(arn) ?? ''
  return name.startsWith(`${fleet}-`) ? name.slice(fleet.length + 1) : undefined
}

/** `1.0.3/1` of an image's ARN: the recipe's version and the build's number. */
export const versionOfArn = (arn: string): string => arn.split('/').slice(2).join('/')

export const resourceName = (fleet: string, key: string) => `${fleet}-${key}`
export const distributionName = (fleet: string, image: string, ring: string) => `${fleet}-${image}-${ring}`
export const publishRoleName = (fleet: string) => `${fleet}-publish`
/** The name is Image Builder's: it assumes this role in each account that it copies an AMI to. */
export const crossAccountRoleName = 'EC2ImageBuilderDistributionCrossAccountRole'
/** The runbook that smoke-tests an AMI; also the name of the role that it takes on. */
export const smokeName = (fleet: string) => resourceName(fleet, 'smoke')
/**
 * `FLEET-on-NAME`: the role, and the instance profile, of the instances of an infrastructure configuration. Policies of buckets and keys name it
 * before there is one. It has 64 characters at the most, as IAM allows.
 */
export const buildRoleName = (fleet: string, infrastructure: string) => `${fleet}-on-${infrastructure}`
/** The key of the fleet in a region, of the build account. */
export const fleetKeyAlias = (fleet: string) => `alias/${fleet}`
/** In an upstream's account: reads the parameters that name its AMIs. */
export const upstreamRoleName = (fleet: string) => `${fleet}-read-upstream`

type Pointer = 'parent' | Channel
/** The build account's SSM parameter for one of an image's pointers. */
export const pointerName = (fleet: string, image: string, pointer: Pointer) => slot(fleet, image, pointer)

export const channels = ['candidate', 'stable', 'previous'] as const
export type Channel = (typeof channels)[number]
/** A target's SSM parameter for one of an image's channels, below the ring's own parameter. */
export const channelParameter = (parameter: string, channel: Channel) => `${parameter}/${channel}`

/** A ring's parameter name with its placeholders {fleet}, {image} and {ring} filled in. */
export const targetParameter = (template: string, values: { fleet: string; image: string; ring: string }) =>
  template.replace(/\{(fleet|image|ring)\}/g, (_, key: keyof typeof values) => values[key])
