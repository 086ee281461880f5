import { AwsError, type Context } from './types.ts'

/** Those of the partition `aws` that nobody has to opt in to. */
const always = (
  'us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 ' +
  'ap-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2 sa-east-1'
).split(' ')
const optIn = (
  'af-south-1 ap-east-1 ap-east-2 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ' +
  'ca-west-1 eu-central-2 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 me-west-1 mx-central-1'
).split(' ')
const regions = [...always, ...optIn].sort()

/** Whether a region is of the partition `aws`. */
export const isKnown = (region: string): boolean => regions.includes(region)

/** Regions, and the accounts that have not opted in to some of them. Here everybody has, unless set otherwise. */
export class Regions {
  /** `<account>/<region>` */
  readonly notOptedIn = new Set<string>()

  readonly operations = {
    DescribeRegions: (input: { RegionNames?: string[]; AllRegions?: boolean }, { account }: Context) => {
      const unknown = (input.RegionNames ?? []).find((name) => !regions.includes(name))
      if (unknown) throw new AwsError('InvalidParameterValue', `Invalid region: ${unknown}`)
      const reported = regions.map((name) => ({
        RegionName: name,
        Endpoint: `ec2.${name}.amazonaws.com`,
        OptInStatus: this.#statusOf(account, name),
      }))
      return {
        Regions: reported
          .filter(({ RegionName }) => !input.RegionNames?.length || input.RegionNames.includes(RegionName))
          .filter(({ OptInStatus }) => input.AllRegions || OptInStatus !== 'not-opted-in'),
      }
    },
  }

  #statusOf(account: string, region: string): string {
    if (this.notOptedIn.has(`${account}/${region}`)) return 'not-opted-in'
    return always.includes(region) ? 'opt-in-not-required' : 'opted-in'
  }
}
