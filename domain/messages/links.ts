import type { Link } from './message.ts'

/**
 * Where the console is in each partition.
 * https://docs.aws.amazon.com/general/latest/gr/mgmt-console.html and, for the others, their own guides.
 */
const hosts: Record<string, string> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-eusc': 'console.amazonaws-eusc.eu',
}

/** The page of a service in the region of a resource; undefined in a partition whose console is not known here. */
function page(arn: string, service: string, rest: string): string | undefined {
  const [, partition = '', , region = ''] = arn.split(':')
  const host = hosts[partition]
  return host && `https://${region}.${host}/${service}/home?region=${region}${rest}`
}

/** The page of an execution. */
export const executionLink = (executionArn: string): string | undefined =>
  page(executionArn, 'states', `#/v2/executions/details/${executionArn}`)

/**
 * What an image printed while it was built: `/aws/imagebuilder/<name>`, and in it `<version>/<build>`.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/monitor-cwlogs.html
 */
export function logLink(imageArn: string): string | undefined {
  const [, name = '', stream = ''] = imageArn.match(/:image\/([^/]+)\/(.+)$/) ?? []
  // The console's own encoding: percent-encoded twice, with $ for %.
  const encoded = (text: string) => encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$')
  const events = `log-group/${encoded(`/aws/imagebuilder/${name}`)}/log-events/${encoded(stream)}`
  return name === '' ? undefined : page(imageArn, 'cloudwatch', `#logsV2:log-groups/${events}`)
}

/** The images of the region: the page of one is known to the console alone. */
export const imagesLink = (imageArn: string): string | undefined => page(imageArn, 'imagebuilder', '#/images')

/** Those that there are. */
export const linksTo = (pages: Record<string, string | undefined>): Link[] =>
  Object.entries(pages).flatMap(([title, url]) => (url === undefined ? [] : [{ title, url }]))
