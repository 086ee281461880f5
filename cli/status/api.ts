import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  type ExecutionListItem,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  paginateListExecutions,
  SFNClient,
} from '@aws-sdk/client-sfn'
import * as v from 'valibot'
import { isRunning } from '../../domain/image-status.ts'
import { noLocks } from '../../domain/locks.ts'
import { operationMachines } from '../../domain/operations.ts'
import type { Hold } from '../../domain/planning/holds.ts'
import { isStep } from '../../domain/rebake-steps.ts'
import { Trigger } from '../../domain/triggers.ts'
import type { ApprovalItem, CampaignImageItem, CampaignItem, OperationItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { approvalsIn, type Open } from '../approve/api.ts'
import { calling } from '../deployment/aws-problems.ts'
import { campaignArn, type Deployment, executionArn, machineArn } from '../deployment/deployment.ts'
import { ledgerOf } from '../deployment/ledger.ts'
import { clock } from '../options/parsers.ts'
import { BadInput } from '../problems.ts'
import { inProse } from '../typed.ts'
import type { Seen, Step } from './campaign-status.ts'
import { readsAt } from './wait-text.ts'

/** What there is beside the campaigns. */
export interface Standing {
  held: ({ image: string } & Hold)[]
  /** Those that hold an image: what a person does to releases. */
  operations: OperationItem[]
  approvals: Open[]
}

/** What goes on in a fleet. Every call throws BadInput or Failed. */
export interface Status {
  /** The open campaigns, the oldest first. */
  open(): Promise<string[]>
  /** The campaign that ended last. */
  ended(): Promise<string | undefined>
  /** @throws BadInput where there is no such campaign */
  campaign(name: string): Promise<Seen>
  standing(): Promise<Standing>
  /** ISO 8601: the machine's clock, or, of a rehearsal, the newest time that it has shown: its clock is its own. */
  now(): string
}

export function statusIn(deployment: Deployment): Status {
  const ledger = ledgerOf(deployment)
  const client = new SFNClient(deployment.config)
  const asking = <T>(doing: string, call: () => Promise<T>) => calling(deployment, doing, call)
  let newest = ''
  const saw = (...times: (Date | string | undefined)[]) => {
    for (const time of times) {
      const text = time instanceof Date ? time.toISOString() : (time ?? '')
      if (text > newest) newest = text
    }
  }
  return {
    open: () =>
      asking('list the campaigns', async () => {
        const open = await listOpen(client, campaignArn(deployment))
        saw(...open.map(({ startDate }) => startDate))
        return open.map(nameOf)
      }),
    ended: () =>
      asking('list the campaigns', async () => {
        const ended = await findEnded(client, campaignArn(deployment))
        saw(ended?.stopDate)
        return ended && nameOf(ended)
      }),
    campaign: (name) =>
      asking(`look at the campaign ${name}`, async () => {
        const { record, images } = await ledger.campaigns.read(name)
        const begun = record ?? (await describe(client, deployment, name))
        const running = images.filter(isRunning)
        const steps = await stepsOf(client, running)
        const needing = (what: ReturnType<typeof readsAt>) =>
          running.filter(({ image }) => readsAt(steps.get(image)?.name ?? '') === what)
        const approvals = await askedOf(ledger, needing('approvals'))
        const locks = needing('claims').length > 0 ? await ledger.locks.read() : noLocks
        saw(begun.startedAt, begun.finishedAt, ...[...steps.values()].map(({ since }) => since))
        for (const { startedAt, finishedAt } of images) saw(startedAt, finishedAt)
        return { campaign: name, record: begun, images, steps, approvals, claims: locks }
      }),
    standing: async () => {
      const standing = await asking('read what is held', async () => {
        const open = operationMachines.map((machine) => listOpen(client, machineArn(deployment, machine)))
        return readHeld(ledger, (await Promise.all(open)).flat().map(nameOf))
      })
      return { ...standing, approvals: await approvalsIn(deployment).open() }
    },
    now: () => (deployment.endpoint === undefined || newest === '' ? clock() : newest),
  }
}

const nameOf = ({ name = '' }: ExecutionListItem) => name

/**
 * A campaign is open for as long as its execution runs: so is one that waits for a freeze to end, of which the ledger's other
 * items say nothing yet. Executions are listed the newest first.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
 */
async function listOpen(client: SFNClient, stateMachineArn: string): Promise<ExecutionListItem[]> {
  const open: ExecutionListItem[] = []
  const pages = paginateListExecutions({ client }, { stateMachineArn, statusFilter: 'RUNNING' })
  for await (const { executions = [] } of pages) open.push(...executions)
  return open.reverse()
}

async function findEnded(client: SFNClient, stateMachineArn: string): Promise<ExecutionListItem | undefined> {
  const newest = new ListExecutionsCommand({ stateMachineArn, maxResults: 100 })
  const { executions = [] } = await client.send(newest)
  const stopped = ({ stopDate }: ExecutionListItem) => stopDate?.getTime() ?? 0
  return executions.filter(({ status }) => status !== 'RUNNING').sort((a, b) => stopped(b) - stopped(a))[0]
}

const Input = v.object({ trigger: Trigger })

/** A campaign that is not in the ledger yet: its execution has only just begun, or failed. */
async function describe(client: SFNClient, deployment: Deployment, campaign: string): Promise<Seen['record']> {
  try {
    const found = await client.send(
      new DescribeExecutionCommand({ executionArn: executionArn(deployment, 'campaign', campaign) }),
    )
    const input = v.safeParse(Input, JSON.parse(found.input ?? '{}'))
    return {
      status: statuses[found.status ?? 'RUNNING'] ?? 'failed',
      startedAt: found.startDate?.toISOString() ?? '',
      ...(found.stopDate && { finishedAt: found.stopDate.toISOString() }),
      ...(input.success && { trigger: input.output.trigger }),
    }
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error
    throw new BadInput(`There is no campaign ${campaign}. ${inProse('status')} lists those that are open.`, {
      cause: error,
    })
  }
}

const statuses: Record<string, CampaignItem['status']> = {
  RUNNING: 'running',
  SUCCEEDED: 'finished',
  ABORTED: 'aborted',
}

/** More at once would ask Step Functions for more than it likes to answer. */
const together = 8

async function stepsOf(client: SFNClient, images: readonly CampaignImageItem[]): Promise<Map<string, Step>> {
  const steps = new Map<string, Step>()
  for (let at = 0; at < images.length; at += together)
    await Promise.all(
      images.slice(at, at + together).map(async ({ image, execution }) => {
        const step = execution && (await stepOf(client, execution))
        if (step) steps.set(image, step)
      }),
    )
  return steps
}

/** The newest state of its own work that an execution is in: rather a ring's than that of the children it waits for. */
async function stepOf(client: SFNClient, executionArn: string): Promise<Step | undefined> {
  let nextToken: string | undefined
  do {
    const page = await client.send(
      new GetExecutionHistoryCommand({
        executionArn,
        reverseOrder: true,
        includeExecutionData: false,
        maxResults: 50,
        ...(nextToken && { nextToken }),
      }),
    )
    for (const { stateEnteredEventDetails: { name = '' } = {}, timestamp } of page.events ?? [])
      if (isStep(name) && timestamp) return { name, since: timestamp.toISOString() }
    nextToken = page.nextToken
  } while (nextToken)
  return undefined
}

async function askedOf(ledger: Ledger, images: readonly CampaignImageItem[]): Promise<ApprovalItem[]> {
  const asked = images.map(({ image, order }) => ledger.campaigns.readApprovals(order?.campaign ?? '', image))
  return (await Promise.all(asked)).flat()
}

/** @param running operations that are under way, whether or not they hold an image */
async function readHeld(ledger: Ledger, running: string[]): Promise<Omit<Standing, 'approvals'>> {
  const { images } = await ledger.fleetState.read()
  const held = Object.entries(images).flatMap(([image, state]) => (state.held ? [{ image, ...state.held }] : []))
  const names = new Set([...running, ...held.flatMap(({ operation }) => operation ?? [])])
  const items = await Promise.all([...names].map((name) => ledger.operations.read(name)))
  return { held, operations: items.filter((item) => item !== undefined) }
}
