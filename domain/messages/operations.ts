import { command } from '../command-text.ts'
import { causeText, explain, type Failure } from './failures.ts'
import { executionLink, linksTo } from './links.ts'
import { header, lines, type Message, subject } from './message.ts'

export interface RolledBackFacts {
  image: string
  /** Versions. */
  from: string
  to: string
  /** Where only one ring goes back. */
  ring?: string
  reason?: string
  by: string
  /** The operation's name, and the ARN of its execution. */
  operation: string
  execution: string
  /** Whether the image stays held. */
  hold: boolean
  /** What is not as it should be: it names the targets. */
  problems: string[]
}

const aboutOf = ({ image, ring }: RolledBackFacts) => ({ image, ...(ring !== undefined && { ring }) })
const whoAndWhy = ({ by, reason }: RolledBackFacts) => [`By: ${by}`, ...(reason ? [`Why: ${reason}`] : [])]
const again = 'The same command again writes only what differs.'

/** An image rolled back to an older release, in every target that could. */
export function imageRolledBack(facts: RolledBackFacts): Message {
  const { image, from, to, ring, operation, execution, hold, problems } = facts
  const where = ring === undefined ? 'every ring' : `ring ${ring}`
  const bad = problems.length > 0
  return {
    ...header('image-rolled-back', bad ? 'error' : 'warning', 'summary', { operation, end: 'ended' }),
    about: aboutOf(facts),
    links: linksTo({ Execution: executionLink(execution) }),
    facts: factsOf(facts),
    subject: subject(`${bad ? 'Not everywhere rolled back' : 'Rolled back'}: ${image} to ${to}`),
    body: lines(
      bad
        ? `${image} went back from ${from} to ${to} in ${where}, but for these targets:`
        : `${image} went back from ${from} to ${to} in ${where}: parameters, channels and launch templates.`,
      problems.map((problem) => `  ${problem}`),
      bad && `What to do: ${explain('RollbackIncomplete').todo}`,
      '',
      whoAndWhy(facts),
      '',
      'New launches that read the parameter get the older AMI from now on; what runs already is left alone.',
      ring === undefined && 'Images that are baked from it are rebaked from the older AMI at the next look.',
      hold && `It is held: nothing of it is baked or moves until somebody lets it go on: ${command('resume', image)}.`,
      `Operation: ${operation}`,
    ),
  }
}

/** A rollback that died half-way: the image stays held, so that nothing moves what it has moved. */
export function rollbackStopped(facts: RolledBackFacts, { error, cause }: Failure): Message {
  const { image, to, operation, execution } = facts
  return {
    ...header('image-rolled-back', 'error', 'summary', { operation, end: 'stopped' }),
    about: aboutOf(facts),
    links: linksTo({ Execution: executionLink(execution) }),
    facts: { ...factsOf(facts), failure: { error, cause } },
    subject: subject(`Stopped half-way: rollback of ${image} to ${to}`),
    body: lines(
      `The rollback of ${image} to ${to} has stopped, and some targets may have gone back and others not.`,
      '',
      `Why: ${causeText(cause) || error}`,
      `What to do: ${explain(error).todo} Then roll it back again. ${again}`,
      `${image} stays held until then.`,
      '',
      whoAndWhy(facts),
      `Operation: ${operation}`,
    ),
  }
}

const factsOf = ({ image, from, to, ring, reason, by, operation, execution, hold, problems }: RolledBackFacts) => ({
  image,
  from,
  to,
  ring: ring ?? null,
  reason: reason ?? '',
  by,
  operation,
  execution,
  hold,
  problems,
})
