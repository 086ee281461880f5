import * as v from 'valibot'
import { FleetSchema } from '../../domain/fleet/model.ts'
import { account, emailAddress, region, text } from '../../domain/fleet/values.ts'
import { BadInput } from '../problems.ts'
import type { InitOptions } from './command.ts'

/** What a first fleet is made of. */
export interface Answers {
  name: string
  account: string
  region: string
  soeOwner: string
  soeName: string
  target: string
  /** '' for nobody. */
  email: string
}

interface Question {
  flag: string
  ask: string
  schema: v.GenericSchema
}

/** In the order in which they are asked. */
const questions: Record<keyof Answers, Question> = {
  name: { flag: '--name', ask: 'Name of the fleet', schema: FleetSchema.pipe[0].entries.name },
  account: { flag: '--account', ask: 'Build account', schema: account },
  region: { flag: '--region', ask: 'Region in which images are baked', schema: region },
  soeOwner: { flag: '--soe-owner', ask: 'Account whose AMIs they are baked on', schema: account },
  soeName: { flag: '--soe-name', ask: 'Names of those AMIs', schema: text },
  target: { flag: '--target', ask: 'Account that gets the images', schema: account },
  email: {
    flag: '--email',
    ask: 'Mail address of who is notified (empty: nobody)',
    schema: v.union([v.literal(''), emailAddress], 'an email address'),
  },
}

/** Accounts are those of examples: check takes them, deploy does not. */
const defaults: Answers = {
  name: 'golden',
  account: '111122223333',
  region: 'us-west-2',
  soeOwner: '444455556666',
  soeName: 'soe-al2023-*',
  target: '222233334444',
  email: '',
}

/** The name of a directory as that of a fleet, where it can be one. */
export function fleetNameOf(directory: string): string {
  const name = directory
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 20)
    .replace(/-+$/, '')
  return v.is(questions.name.schema, name) ? name : defaults.name
}

/**
 * Each answer is that of its option. Without the option it is asked for on a terminal, and is its default elsewhere.
 * @throws BadInput that names the option, for a value that cannot be right
 */
export async function answersOf(
  options: Partial<Pick<InitOptions, keyof Answers>>,
  directory: string,
  ask: ((question: string, fallback: string) => Promise<string>) | undefined,
): Promise<Answers> {
  const answers = { ...defaults, name: fleetNameOf(directory) }
  for (const [key, { flag, ask: question, schema }] of Object.entries(questions) as [keyof Answers, Question][]) {
    const given = options[key]
    const value = given ?? (ask ? await ask(question, answers[key]) : answers[key])
    const result = v.safeParse(schema, value)
    if (!result.success) throw new BadInput(`${flag} ${value}: expected ${result.issues[0]?.message}.`)
    answers[key] = value
  }
  return answers
}
