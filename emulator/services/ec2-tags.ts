import type { CreateTagsRequest, Tag } from '@aws-sdk/client-ec2'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import type { Amis } from './ami-store.ts'
import { resourceTags, tagContext } from './ec2-permissions.ts'
import { AwsError, type Context, type PermissionsOf, type Service } from './types.ts'

type Tagged = { OwnerId?: string | undefined; Tags?: Tag[] | undefined }

/** Tags that somebody gives to AMIs and snapshots that are there: their owner's, as everybody has tags of their own. */
export function ec2Tags(amis: Amis): Required<Pick<Service, 'operations' | 'permissions'>> {
  const find = (id: string, context: Context): Tagged | undefined => {
    if (id.startsWith('snap-')) return amis.snapshots.find(id, context)
    if (!id.startsWith('ami-')) throw new UnsupportedFeature('option', `${id} of CreateTags`)
    const image = amis.get(id, context.region)?.image
    return image?.OwnerId === context.account ? image : undefined
  }
  const arn = (id: string, { region }: Context) =>
    `arn:aws:ec2:${region}::${id.startsWith('snap-') ? 'snapshot' : 'image'}/${id}`

  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
  const CreateTags: PermissionsOf = ({ Resources = [], Tags = [] }: CreateTagsRequest, context) =>
    Resources.map((id) => ({
      action: 'ec2:CreateTags',
      resource: arn(id, context),
      context: {
        ...resourceTags(find(id, context)?.Tags),
        ...tagContext('aws:RequestTag', Tags),
        'aws:TagKeys': Tags.map(({ Key = '' }) => Key),
      },
    }))

  return {
    permissions: { CreateTags },
    operations: {
      CreateTags: ({ Resources = [], Tags = [] }: CreateTagsRequest, context: Context) => {
        const found = Resources.map((id) => {
          const resource = find(id, context)
          if (resource) return resource
          const kind = id.startsWith('snap-') ? 'InvalidSnapshot.NotFound' : 'InvalidAMIID.NotFound'
          throw new AwsError(kind, `The ID '${id}' does not exist`)
        })
        for (const resource of found) {
          const tags = new Map([...(resource.Tags ?? []), ...Tags].map(({ Key, Value }) => [Key, Value]))
          resource.Tags = [...tags].map(([Key, Value]) => ({ Key, Value }))
        }
        return {}
      },
    },
  }
}
