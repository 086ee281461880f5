import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn'
import type { Locks } from '../../domain/locks.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { OperationItem } from '../../ledger/items.ts'
import type { StoppedExecution } from '../settle-execution/settle-execution.ts'

interface SweepExecutionsDeps {
  stepFunctions: SFNClient
  campaignArn: string
  rebakeArn: string
  settle: (stopped: StoppedExecution) => Promise<unknown>
}

/** An operation that holds an image. */
type Holder = Pick<OperationItem, 'operation' | 'execution'>

/** An execution that the ledger takes for alive, and what it works for. */
interface Believed {
  executionArn: string
  name: string
  input?: string
}

/**
 * Settles executions that are dead and that the ledger takes for alive: their status events were lost. One listing for
 * each machine that somebody is believed to run in, and no call where nobody is.
 *
 * @returns the ARNs of those that were settled, and what went wrong with others: they are no reason to stop
 */
export async function sweepExecutions(
  { stepFunctions, campaignArn, rebakeArn, settle }: SweepExecutionsDeps,
  { claims: locks, known, operations, time }: { claims: Locks; known: FleetState; operations: Holder[]; time: string },
): Promise<{ settled: string[]; failures: Error[] }> {
  const rebakes = [...locks.held, ...locks.queue].map(({ holder, campaign, image }) => ({
    executionArn: holder,
    name: holder.split(':').at(-1) ?? '',
    input: JSON.stringify({ campaign, image }),
  }))
  const executions = campaignArn.replace(':stateMachine:', ':execution:')
  const campaigns = openCampaigns(known).map((name) => ({ executionArn: `${executions}:${name}`, name }))
  const dead = [
    ...(await deadAmong(stepFunctions, rebakeArn, rebakes)),
    ...(await deadAmong(stepFunctions, campaignArn, campaigns)),
    ...(await deadOperations(stepFunctions, operations)),
  ]
  const settled: string[] = []
  const failures: Error[] = []
  for (const detail of dead)
    try {
      await settle({ time, detail })
      settled.push(detail.executionArn)
    } catch (error) {
      failures.push(new Error(`${detail.name}: ${(error as Error).message}`, { cause: error }))
    }
  return { settled, failures }
}

/** There are few of them, and none at most hours: they are asked for one by one. */
async function deadOperations(client: SFNClient, operations: Holder[]): Promise<StoppedExecution['detail'][]> {
  const dead = []
  for (const { operation: name, execution: executionArn } of operations) {
    const end = await endOf(client, executionArn)
    if (end) dead.push({ executionArn, name, ...end })
  }
  return dead
}

/** Those that are to bake something, and those of releases that wait to be planned. */
const openCampaigns = ({ images, upstreams }: FleetState): string[] => [
  ...Object.values(images).flatMap(({ pending = [] }) => pending.map(({ campaign }) => campaign)),
  ...Object.values(upstreams).flatMap(({ open, started, campaign }) =>
    open && started && campaign !== undefined ? [campaign] : [],
  ),
]

async function deadAmong(
  client: SFNClient,
  stateMachineArn: string,
  believed: Believed[],
): Promise<StoppedExecution['detail'][]> {
  if (believed.length === 0) return []
  const running = new Set<string | undefined>()
  const listing = paginateListExecutions({ client }, { stateMachineArn, statusFilter: 'RUNNING' })
  for await (const { executions = [] } of listing) for (const { executionArn } of executions) running.add(executionArn)
  const dead = []
  const missing = new Map(believed.map((execution) => [execution.executionArn, execution]))
  for (const execution of missing.values()) {
    if (running.has(execution.executionArn)) continue
    // The listing lags behind: what it does not show is asked for by name.
    const end = await endOf(client, execution.executionArn)
    if (end) dead.push({ ...execution, ...end })
  }
  return dead
}

type End = Pick<StoppedExecution['detail'], 'status' | 'error' | 'cause'>

/** How an execution ended; undefined while it runs. */
async function endOf(client: SFNClient, executionArn: string): Promise<End | undefined> {
  try {
    const { status, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }))
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return undefined
    if (status === 'TIMED_OUT' || status === 'ABORTED') return { status, error, cause }
    return { status: 'FAILED', error, cause: cause ?? 'it ended without closing its work' }
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error
    return { status: 'FAILED', cause: 'Step Functions does not know its execution' }
  }
}
