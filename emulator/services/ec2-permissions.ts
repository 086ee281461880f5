import type { Tag } from '@aws-sdk/client-ec2'

/** Tags as condition keys: `ec2:ResourceTag/team`. */
export const tagContext = (prefix: string, tags: Tag[] = []): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [`${prefix}/${Key}`, Value ?? '']))

/** A resource's tags: EC2 has them under its own prefix too. */
export const resourceTags = (tags: Tag[] = []): Record<string, string> => ({
  ...tagContext('aws:ResourceTag', tags),
  ...tagContext('ec2:ResourceTag', tags),
})
