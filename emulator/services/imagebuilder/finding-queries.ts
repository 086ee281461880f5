import type {
  ImageScanFinding,
  ListImageScanFindingAggregationsRequest,
  ListImageScanFindingsRequest,
} from '@aws-sdk/client-imagebuilder'
import { pageOf } from '../support.ts'
import { AwsError, type Context, type Operation, type PermissionsOf } from '../types.ts'
import type { Images } from './images.ts'

/** What findings can be chosen and added up by. */
const keys: Record<string, (finding: ImageScanFinding) => string | undefined> = {
  accountId: (finding) => finding.awsAccountId,
  imageBuildVersionArn: (finding) => finding.imageBuildVersionArn,
  imagePipelineArn: (finding) => finding.imagePipelineArn,
  vulnerabilityId: (finding) => finding.packageVulnerabilityDetails?.vulnerabilityId,
  severity: (finding) => finding.severity,
}

/** The answer's member for each sum, and the member that names what is added up. */
const sums: Record<string, string> = {
  accountId: 'accountAggregation',
  imageBuildVersionArn: 'imageAggregation',
  imagePipelineArn: 'imagePipelineAggregation',
  vulnerabilityId: 'vulnerabilityIdAggregation',
}

/** What Image Builder answers about the findings that it has kept. */
export function findingQueries(images: Images): Record<string, Operation> {
  const all = (context: Context) => images.list(context).flatMap(({ findings = [] }) => findings)
  const paged = <T>(items: T[], size: number | undefined, token: string | undefined) =>
    pageOf(items, { size, token, most: 25, invalidToken: 'InvalidPaginationTokenException' })

  return {
    ListImageScanFindings: (input: ListImageScanFindingsRequest, context) => {
      const filters = input.filters ?? []
      // "Array Members: Fixed number of 1 item."
      if (filters.length > 1) throw new AwsError('InvalidRequestException', 'There may be one filter.')
      const [{ name, values = [] } = {}] = filters
      const key = name === undefined || name === 'accountId' ? undefined : keys[name]
      if (name !== undefined && !key) throw unknown(name)
      const page = paged(
        all(context).filter((finding) => !key || values.includes(key(finding) ?? '')),
        input.maxResults,
        input.nextToken,
      )
      return {
        requestId: context.requestId,
        findings: page.items,
        ...(page.next === undefined ? {} : { nextToken: page.next }),
      }
    },

    ListImageScanFindingAggregations: (input: ListImageScanFindingAggregationsRequest, context) => {
      const { name = 'accountId', values = [] } = input.filter ?? {}
      const [key, sum] = [keys[name], sums[name]]
      if (!key || !sum) throw unknown(name)
      const groups = [...Map.groupBy(all(context), key)].filter(
        ([value]) => value !== undefined && (values.length === 0 || values.includes(value)),
      )
      const responses = groups.map(([value, findings]) => ({
        [sum]: { [name]: value, severityCounts: countsOf(findings) },
      }))
      const page = paged(responses, undefined, input.nextToken)
      return {
        requestId: context.requestId,
        aggregationType: name,
        responses: page.items,
        ...(page.next === undefined ? {} : { nextToken: page.next }),
      }
    },
  }
}

/** Reading findings reads Inspector's. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2imagebuilder.html */
export const findingPermissions: Record<string, PermissionsOf> = {
  ListImageScanFindings: ({ filters = [] }: ListImageScanFindingsRequest) => [
    ...chosen('ListImageScanFindings', filters[0]),
    { action: 'inspector2:ListFindings', resource: '*' },
  ],
  ListImageScanFindingAggregations: ({ filter }: ListImageScanFindingAggregationsRequest) =>
    chosen('ListImageScanFindingAggregations', filter),
}

/** On the images or pipelines that are asked for, otherwise on everything. */
function chosen(action: string, filter: { name?: string | undefined; values?: string[] | undefined } = {}) {
  const isArn = filter.name === 'imageBuildVersionArn' || filter.name === 'imagePipelineArn'
  const resources = isArn && filter.values?.length ? filter.values : ['*']
  return resources.map((resource) => ({ action: `imagebuilder:${action}`, resource }))
}

const unknown = (name: string) => new AwsError('InvalidRequestException', `The filter ${name} is not one of findings.`)

function countsOf(findings: ImageScanFinding[]) {
  const count = (severity: string) => findings.filter((finding) => finding.severity === severity).length
  return { all: findings.length, critical: count('CRITICAL'), high: count('HIGH'), medium: count('MEDIUM') }
}
