import type { Fleet } from '../../domain/fleet/model.ts'
import { orderRing } from '../../domain/planning/ring-order.ts'
import type { RebakeState } from '../../domain/state-names.ts'
import type { EventEnvelope } from '../../emulator/event.ts'
import type { SignsOf, When } from '../../rehearsal/fault-signs.ts'
import { passedAt, stateOf } from '../../rehearsal/records.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { amiOfRelease } from '../../rehearsal/releases.ts'

/** A rehearsal that is over: a fleet whose upstreams all release once, at one time, ISO 8601. */
export interface Observed {
  fleet: Fleet
  time: string
  rehearsal: Rehearsal
  /** What was put on the buses of the build account. */
  events: EventEnvelope[]
}

/** What starts a bake: in the first subnet, and in another. */
const starts = ['StartImagePipelineExecution', 'CreateImage']

/** What a rehearsal shows of a target, by the kind of the target. */
export const signsOf: { [Kind in keyof SignsOf]: (observed: Observed, target: string) => SignsOf[Kind] } = {
  image: ({ fleet, rehearsal, events }, image) => {
    const { account, region } = fleet.build
    const firstArn = `arn:aws:imagebuilder:${region}:${account}:image/${fleet.name}-${image}/1.0.0/1`
    const { summary, notifications, world } = rehearsal
    const rebakes = summary.images.filter((each) => each.image === image)
    const { status = 'none', reason = '' } = rebakes.at(-1) ?? {}
    const started = world.aws.calls.filter(
      ({ operation, input, error }) => starts.includes(operation) && isOf(input, image) && !error,
    )
    const about = notifications.filter(({ attributes }) => attributes.image === image)
    return {
      status,
      reason,
      messages: about.map(({ attributes }) => attributes.kind ?? ''),
      bakes: started.length,
      arrivals: arrivalsOf(rehearsal, events, firstArn),
      isAnsweredLate: isAnsweredLate(rehearsal, firstArn),
      published: isPublished(fleet, rehearsal, image),
      unstarted: errorsOf(
        rehearsal,
        ({ resource, parameters }) => resource === 'startExecution.sync:2' && parameters.includes(`"image":"${image}"`),
        'taskSubmitFailedEventDetails',
      ),
    }
  },

  upstream: ({ fleet, time, rehearsal }, upstream) => {
    const { summary, notifications, world } = rehearsal
    const { ami } = amiOfRelease(fleet, { upstream, time })
    const executions = [...world.stepFunctions.executions.values()].filter(
      ({ stateMachine, input }) => stateMachine.name === `${fleet.name}-release` && input.includes(ami),
    )
    const refusals = notifications.filter(({ attributes }) => attributes.kind === 'upstream-refused')
    return {
      arrivals: executions.map(({ startDate }) => when(startDate - Date.parse(time))),
      campaigns: summary.campaigns
        .filter((campaign) => campaign.ami === ami)
        .map(({ startedAt }) => when(Date.parse(startedAt) - Date.parse(time))),
      older: world.aws.ec2
        .list(fleet.build.region)
        .some(
          ({ image }) =>
            image.Name.startsWith(`${upstream}-`) && Date.parse(String(image.CreationDate)) < Date.parse(time),
        ),
      refusal: refusals.find(({ message }) => message.includes(ami))?.message ?? '',
      unfit: summary.images
        .filter(
          ({ image, reason }) => fleet.images[image]?.parent === upstream && reason.includes('the AMI of its parent'),
        )
        .map(({ reason }) => reason)
        .join('\n'),
    }
  },

  channel: ({ fleet, rehearsal }, channel) => ({
    posted: rehearsal.slack.some((post) => post.channel === channel),
    deadLetters: rehearsal.alarms.includes(`${fleet.name}-dead-letters`),
  }),

  function: ({ fleet, rehearsal }, name) => ({
    errors: errorsOf(rehearsal, ({ parameters }) => parameters.includes(`:${fleet.name}-${name}"`)),
  }),

  service: ({ rehearsal }, name) => ({
    errors: errorsOf(rehearsal, ({ resourceType }) => resourceType === `aws-sdk:${name}`),
  }),
}

interface Scheduled {
  resourceType: string
  resource: string
  parameters: string
}

/** The errors of the tasks that are meant, in all executions. */
const errorsOf = (
  { world }: Rehearsal,
  isMeant: (task: Scheduled) => boolean,
  details: 'taskFailedEventDetails' | 'taskSubmitFailedEventDetails' = 'taskFailedEventDetails',
): string =>
  [...world.stepFunctions.executions.values()]
    .flatMap(({ history }) =>
      history.events.flatMap((event) => {
        const failed = event[details]
        if (!failed) return []
        // A task is scheduled, started, and perhaps submitted, before it fails.
        let before = history.events[event.previousEventId - 1]
        while (before && !before.taskScheduledEventDetails) before = history.events[before.previousEventId - 1]
        const isIts = isMeant(before?.taskScheduledEventDetails as unknown as Scheduled)
        return isIts ? [String(failed.error)] : []
      }),
    )
    .join(', ')

const halfAnHour = 1_800_000
const when = (delay: number): When => (delay < halfAnHour ? 'on time' : 'late')

const isOf = (input: unknown, image: string) =>
  (input as { tags?: Record<string, string> }).tags?.['rebake:image'] === image

/** The execution that was notified of an image. */
const executionOf = (world: Rehearsal['world'], imageArn: string) =>
  [...world.stepFunctions.executions.values()].find(({ history }) =>
    history.events.some(({ taskSucceededEventDetails: answer }) => String(answer?.output).includes(`"${imageArn}"`)),
  )

const awaiting: RebakeState = 'Await Answer'

function isAnsweredLate({ world }: Rehearsal, imageArn: string): boolean {
  const execution = executionOf(world, imageArn)
  const times = (passed: string) =>
    (execution?.history.events ?? []).flatMap((event) =>
      event.type === `WaitState${passed}` && stateOf(event) === awaiting ? event.timestamp.getTime() : [],
    )
  const ended = times('Exited')
  return times('Entered').reduce((sum, time, i) => sum + (ended[i] ?? time) - time, 0) > 60_000
}

/** When the function that is notified of states heard of the last state of an image in Image Builder. */
function arrivalsOf({ world }: Rehearsal, events: EventEnvelope[], imageArn: string): When[] {
  const put = events.findLast(({ resources }) => resources[0] === imageArn)
  const execution = executionOf(world, imageArn)
  const awaited = passedAt(execution, 'Entered', 'Await Bake') ?? Number.POSITIVE_INFINITY
  return world.aws.calls
    .filter(
      ({ principal, input }) => principal === 'CompleteWaitRole' && JSON.stringify(input).includes(`#${imageArn}"`),
    )
    .map(({ time }) => Date.parse(time))
    .map((time) => (time < awaited ? 'early' : when(time - Date.parse(put?.time ?? ''))))
}

function isPublished(fleet: Fleet, { world }: Rehearsal, image: string): boolean {
  return (fleet.images[image]?.rings ?? []).every((ring) => {
    const { accounts = [], regions = [] } = fleet.rings[ring] ?? {}
    const { parameter } = orderRing(fleet, image, ring)
    const values = accounts.flatMap((account) =>
      regions.map((region) => world.aws.ssm.valueOf(parameter, { account, region })),
    )
    return values.every((ami) => ami !== undefined)
  })
}
