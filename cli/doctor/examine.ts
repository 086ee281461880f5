import { isDenied } from '../../aws/errors.ts'
import { calling } from '../deployment/aws-problems.ts'
import { Failed } from '../problems.ts'
import { type Check, type DoctorResult, type Outcome, unknown, worstOf } from './check.ts'
import type { Environment } from './environment.ts'

export interface Examined {
  check: Check
  /** The worst of its findings. */
  outcome: Outcome
  findings: DoctorResult[]
}

/** Called for every change: how many have been examined, and what is being looked at. */
export type Watch = (done: number, looking: readonly string[]) => void

/** So many checks at once: each asks AWS a few things. */
const together = 4

/**
 * Examines everything, whatever is found; in the order of the checks.
 * @throws BadInput for credentials that AWS does not take
 */
export async function examineAll(
  checks: readonly Check[],
  environment: Environment,
  watch: Watch,
): Promise<Examined[]> {
  const results: Examined[] = []
  const looking = new Set<string>()
  let done = 0
  const queue = checks.entries()
  const worker = async () => {
    for (const [at, check] of queue) {
      looking.add(check.name)
      watch(done, [...looking])
      results[at] = await examine(check, environment)
      looking.delete(check.name)
      watch(++done, [...looking])
    }
  }
  await Promise.all(Array.from({ length: together }, worker))
  return results
}

async function examine(check: Check, environment: Environment): Promise<Examined> {
  const findings: DoctorResult[] = []
  try {
    await calling(environment.deployment, `look at ${check.name}`, async () => {
      if (!check.beforeDeploy && !(await environment.isDeployed()))
        findings.push(unknown('the fleet is not deployed', 'Deploy it, and look again: npm run deploy.'))
      else for await (const finding of check.examine(environment)) findings.push(finding)
    })
  } catch (error) {
    if (!(error instanceof Failed)) throw error
    findings.push(notSeen(check, error))
  }
  return { check, outcome: worstOf(findings.map(({ outcome }) => outcome)), findings }
}

/** What a role may not look at is reported with the permission that it takes. */
function notSeen({ permissions }: Check, error: Failed): DoctorResult {
  const cause = error.cause instanceof Error ? error.cause : error
  if (!isDenied(cause)) return unknown(`could not look: ${error.message}`, 'Look again in a minute.')
  const [, action] = cause.message.match(/not authorized to perform: ([\w:-]+)/) ?? []
  return unknown(`could not look: ${cause.message}`, `It needs ${action ?? permissions.join(', ')}.`)
}
