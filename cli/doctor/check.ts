import { isMissing } from '../../aws/errors.ts'
import type { Environment } from './environment.ts'

/**
 * What a check may come to, from the best to the worst, and whether the fleet is sound with it. `unknown`: nobody knows, as the
 * caller may not look; that is never a pass.
 */
const outcomes = { pass: true, warning: true, unknown: false, fail: false } satisfies Record<string, boolean>
export type Outcome = keyof typeof outcomes

export const isSound = (outcome: Outcome): boolean => outcomes[outcome]

/** The worst of several; a pass where there is none. */
export const worstOf = (all: readonly Outcome[]): Outcome =>
  (Object.keys(outcomes) as Outcome[]).findLast((outcome) => all.includes(outcome)) ?? 'pass'

export interface DoctorResult {
  outcome: Outcome
  /** What was found, in words. */
  found: string
  /** What to do about it; '' where nothing is wrong. */
  fix: string
}

export const groups = [
  'Deployment',
  'Names',
  'Accounts',
  'Keys',
  'Quotas',
  'Events',
  'Pointers',
  'Notifications',
  'Image Builder',
  'Schedules',
]
type Group = (typeof groups)[number]

/** One thing that a campaign depends on. */
export interface Check {
  name: string
  group: Group
  /** IAM actions that the caller needs for it. */
  permissions: readonly string[]
  /** Whether it means something before the first deploy. */
  beforeDeploy?: true
  /** What is wrong, and what is good to know; nothing where all is as it must be. It may throw what AWS throws. */
  examine(environment: Environment): AsyncIterable<DoctorResult>
}

export const fail = (found: string, fix: string): DoctorResult => ({ outcome: 'fail', found, fix: fix })
export const warning = (found: string, fix: string): DoctorResult => ({ outcome: 'warning', found, fix: fix })
export const unknown = (found: string, fix: string): DoctorResult => ({ outcome: 'unknown', found, fix: fix })
/** Nothing is wrong, and this is why or how much. */
export const info = (found: string): DoctorResult => ({ outcome: 'pass', found, fix: '' })

/** What fixes most of what is not there. */
export const deploy = 'Deploy the fleet: npm run deploy.'

/** What a call answers; undefined where it says that the thing is not there. Every other error is thrown. */
export async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** What several checks of one run ask for: the first that asks does so for all of them. */
export function once<T>(ask: (environment: Environment) => Promise<T>): typeof ask {
  const answers = new WeakMap<Environment, Promise<T>>()
  return (environment) => {
    const answer = answers.get(environment) ?? ask(environment)
    answers.set(environment, answer)
    return answer
  }
}

/** Works on a few at a time, in order; AWS slows down who asks for all at once. */
export async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += 8) results.push(...(await Promise.all(items.slice(at, at + 8).map(work))))
  return results
}
