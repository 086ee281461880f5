import * as v from 'valibot'

const name = v.pipe(v.string(), v.nonEmpty())

const variables = {
  LEDGER_TABLE: name,
  SMOKE_DOCUMENT: name,
  TOPIC_ARN: v.pipe(v.string(), v.startsWith('arn:')),
  REBAKE_STATE_MACHINE_ARN: v.pipe(v.string(), v.startsWith('arn:')),
  CAMPAIGN_STATE_MACHINE_ARN: v.pipe(v.string(), v.startsWith('arn:')),
  RETIRE_STATE_MACHINE_ARN: v.pipe(v.string(), v.startsWith('arn:')),
  IMAGE_BUILDER_ARN_PREFIX: v.pipe(v.string(), v.startsWith('arn:')),
  DISTRIBUTION_ROLE_ARN: v.pipe(v.string(), v.startsWith('arn:')),
  FLEET_NAME: name,
  BUILD_ACCOUNT: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  SUPERSEDE: v.picklist(['wait', 'cancel']),
  /** Accounts that an upstream is in, separated by commas. */
  UPSTREAM_ACCOUNTS: v.string(),
  SLACK_SECRET: name,
  SLACK_API_URL: v.pipe(v.string(), v.url()),
  CONCURRENT_BAKES: v.pipe(v.string(), v.toNumber(), v.integer(), v.minValue(1)),
}

type Variables = typeof variables
type Parsed<K extends keyof Variables> = { [P in K]: v.InferOutput<Variables[P]> }

/** The named environment variables, checked once at cold start; a wrong one fails the deployment's first call loudly. */
export function env<K extends keyof Variables>(...names: K[]): Parsed<K> {
  const wanted = Object.fromEntries(names.map((key) => [key, variables[key]]))
  const result = v.safeParse(v.object(wanted), process.env)
  if (!result.success)
    throw new Error(
      `environment: ${result.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join('; ')}`,
    )
  return result.output as Parsed<K>
}
