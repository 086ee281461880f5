import type { DescribeImagesCommandInput, EC2Client, Image } from '@aws-sdk/client-ec2'
import type { SFNClient, StartExecutionCommandInput } from '@aws-sdk/client-sfn'
import { ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm'
import type { Fleet } from '../../domain/fleet/model.ts'
import { nameMatches } from '../../domain/fleet/selection.ts'
import type { Message } from '../../domain/messages/message.ts'
import type { Trigger } from '../../domain/triggers.ts'
import { announcedAmi, everyKind, own, soe } from '../domain/planning/every-kind.ts'
import { imageBuilderArnPrefix } from '../support/campaign.ts'
import { memoryLedger } from '../support/ledger.ts'

export const named = (name: string, message = name) => Object.assign(new Error(message), { name })
/** An AMI of the SOE team's Amazon Linux; it is a release that every test may take for granted. */
export const soeAmi = (more: Image = {}): Image => ({
  ImageId: announcedAmi,
  OwnerId: soe,
  Name: 'soe-al2023-2026.09.1',
  Architecture: 'x86_64',
  State: 'available',
  CreationDate: '2026-09-08T08:50:00.000Z',
  ...more,
})

/** What EC2, Parameter Store and Step Functions are asked when releases come, with what they know in maps. */
export function releaseWorld({
  fleet = everyKind(),
  ledger = memoryLedger(),
}: {
  fleet?: Fleet
  ledger?: ReturnType<typeof memoryLedger>
} = {}) {
  const amis = new Map<string, Image>()
  /** By account and name; those of AWS are of the account ''. */
  const parameters = new Map<string, string>()
  const executions = new Map<string, string>()
  const reported: Message[] = []
  const counted: string[] = []
  /** What the next call of a service throws. */
  const failing: { ec2?: Error | undefined; ssm?: Error | undefined; stepFunctions?: Error | undefined } = {}
  const fail = (service: keyof typeof failing) => {
    const error = failing[service]
    failing[service] = undefined
    if (error) throw error
  }

  const ec2 = {
    send: async ({ input }: { input: DescribeImagesCommandInput }) => {
      fail('ec2')
      const { ImageIds, Owners, Filters = [] } = input
      const missing = ImageIds?.find((ami) => !amis.has(ami))
      if (missing !== undefined) throw named('InvalidAMIID.NotFound', `${missing} does not exist`)
      const fits = (image: Image) =>
        Filters.every(({ Name = '', Values }) => nameMatches(Values?.[0] ?? '', attributeOf(image, Name)))
      const Images = [...amis.values()].filter((image) =>
        ImageIds ? ImageIds.includes(image.ImageId ?? '') : isOf(image, Owners) && fits(image),
      )
      return { Images }
    },
  } as unknown as EC2Client
  const ssmOf = (account: string) =>
    ({
      send: async ({ input }: { input: { Name: string } }) => {
        const { Name } = input
        fail('ssm')
        const Value = parameters.get(`${Name.startsWith('/aws/') ? '' : account} ${Name}`)
        if (Value === undefined) throw new ParameterNotFound({ message: Name, $metadata: {} })
        return { Parameter: { Value } }
      },
    }) as unknown as SSMClient
  const stepFunctions = {
    send: async (command: { input: StartExecutionCommandInput }) => {
      const { name = '', input = '' } = command.input
      fail('stepFunctions')
      if ((executions.get(name) ?? input) !== input) throw named('ExecutionAlreadyExists')
      executions.set(name, input)
      return {}
    },
  } as unknown as SFNClient

  return {
    amis,
    parameters,
    /** Names of campaigns that were started. */
    started: () => [...executions.keys()],
    triggerOf: (name: string) => (JSON.parse(executions.get(name) ?? '{}') as { trigger: Trigger }).trigger,
    reported,
    counted,
    failing,
    known: () => ledger.fleetState.read(),
    add: (...images: Image[]) => {
      for (const image of images) amis.set(image.ImageId ?? '', image)
    },
    parts: {
      fleet,
      ledger,
      ec2,
      stepFunctions,
      campaignArn: 'arn:aws:states:us-west-2:111122223333:stateMachine:golden-campaign',
      notify: async (message: Message) => void reported.push(message),
      count: (name: string) => void counted.push(name),
      upstreams: {
        fleetName: fleet.name,
        imageBuilderArnPrefix,
        ec2,
        ssm: ssmOf(own),
        ssmIn: async (account: string) => ssmOf(account),
      },
    },
  }
}

const isOf = ({ OwnerId, ImageOwnerAlias }: Image, [owner]: string[] = []) =>
  owner === 'self' ? OwnerId === own : owner === OwnerId || owner === ImageOwnerAlias

const attributeOf = (image: Image, filter: string): string => {
  const { Name = '', Architecture = '', State = '', Tags = [] } = image
  if (filter.startsWith('tag:')) return Tags.find(({ Key }) => `tag:${Key}` === filter)?.Value ?? ''
  return { name: Name, architecture: Architecture, state: State }[filter] ?? ''
}
