import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { otherEncoding } from '../domain/fleet/encoding.ts'
import { BadInput, fileProblem } from './problems.ts'

/** An EventBridge event, as a file has it. */
export interface EventEnvelope {
  version: string
  id: string
  'detail-type': string
  source: string
  account: string
  /** ISO 8601. */
  time: string
  region: string
  resources: string[]
  detail: Record<string, unknown>
}

/** Valibot takes a list for an object; EventBridge does not. */
const plainObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)

const envelope = v.pipe(
  plainObject,
  v.object({
    version: v.literal('0'),
    id: v.pipe(v.string(), v.nonEmpty()),
    'detail-type': v.pipe(v.string(), v.nonEmpty()),
    source: v.pipe(v.string(), v.nonEmpty()),
    account: v.pipe(v.string(), v.regex(/^\d{12}$/)),
    time: v.pipe(
      v.string(),
      v.isoTimestamp(),
      v.check((time) => !Number.isNaN(Date.parse(time))),
    ),
    region: v.pipe(v.string(), v.regex(/^[a-z]{2,}(-[a-z]+)+-\d$/)),
    resources: v.array(v.string()),
    detail: plainObject,
  }),
)

const expected: Record<keyof EventEnvelope, string> = {
  version: '"0"',
  id: 'a text that is not empty',
  'detail-type': 'a text that is not empty',
  source: 'a text that is not empty, as "aws.ec2"',
  account: 'an account id of 12 digits in quotes',
  time: 'an ISO 8601 time in UTC, as "2026-09-01T06:00:00Z"',
  region: 'a region, as "us-east-1"',
  resources: 'a list of ARNs (it may be empty)',
  detail: 'an object',
}
const advice = 'An event file holds one event as EventBridge delivers it; events/ec2.ami-available.json is an example.'

/**
 * Reads one EventBridge event from a JSON file.
 * @throws BadInput naming the file, the member, what was expected and what to do
 */
export function readEvent(file: string): EventEnvelope {
  const result = v.safeParse(envelope, parseJson(readText(file), file))
  if (result.success) return result.output
  const problems = result.issues.map((issue) => {
    const path = v.getDotPath(issue)
    const member = path?.split('.')[0] as keyof EventEnvelope | undefined
    if (!path || !member) return `${file}: expected a JSON object, found ${kindOf(issue.input)}.`
    if (issue.input === undefined) return `${file}: "${path}" is missing, expected ${expected[member]}.`
    return `${file}: "${path}" is ${JSON.stringify(issue.input)}, expected ${expected[member]}.`
  })
  throw new BadInput([...problems, advice].join('\n'))
}

const kindOf = (value: unknown) =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'string' ? 'a text' : `a ${typeof value}`

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw fileProblem(error, file, `Name an event file, such as those in events/, with --event FILE.`)
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = otherEncoding(text)?.message ?? `not valid JSON: ${(error as Error).message}`
    throw new BadInput(`${file}: ${why}.\n${advice}`, { cause: error })
  }
}
