import type { Image } from '@aws-sdk/client-imagebuilder'
import { buildOf } from './distributions.ts'

/** The AMIs that an image has left in the account and the region that bake, as far as Image Builder names them. */
export function bakedAmis(image: Image | undefined, imageArn: string): string[] {
  const { account, region } = buildOf(imageArn)
  return (image?.outputResources?.amis ?? []).flatMap((ami) =>
    ami.accountId === account && ami.region === region ? (ami.image ?? []) : [],
  )
}
