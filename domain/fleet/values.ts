import * as v from 'valibot'
import { regions } from './regions.ts'

/**
 * The values that a fleet is made of. Each schema's message is the phrase that completes
 * "expected ...": the parser builds every message from it.
 */

/** What a key is for, in the JSON Schema. */
export const describe = v.description

/** Unknown keys are found by walking the schema, for all of them at once: see structure.ts. */
export const object = <const E extends v.ObjectEntries>(entries: E) =>
  v.strictObject(entries, 'a mapping of keys to values')

export const text = v.pipe(v.string('text'), v.nonEmpty('text that is not empty'))

/** Nothing else of a machine is where another one deploys the fleet; what is beside its folder may be in its repository. */
export const fileOfFleet = v.pipe(
  text,
  v.regex(
    /^(?![/\\~]|[A-Za-z]:)/,
    'a path relative to the fleet file, such as files/agent.yaml or ../shared/agent.yaml',
  ),
)

/** A name that leads to another part of the fleet. */
export const reference = (what: string) => v.pipe(v.string(`the name of ${what}`), v.nonEmpty(`the name of ${what}`))

export const listOf = <const S extends v.GenericSchema>(item: S) => v.array(item, 'a list')

export const atLeastOne = <const S extends v.GenericSchema>(item: S, what: string) =>
  v.pipe(v.array(item, `a list of ${what}s`), v.minLength(1, `at least one ${what}`))

/**
 * Keys become parts of Image Builder names (`fleet-image-ring`, 128 characters), of its ARNs (lower case) and of
 * execution names (80 characters). 40 characters keep every derived name within its limit.
 */
const name = v.pipe(
  v.string('a name'),
  v.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'a name of lower-case letters, digits and single hyphens'),
  v.minLength(2, 'a name of 2 to 40 characters'),
  v.maxLength(40, 'a name of 2 to 40 characters'),
)

export const named = <const S extends v.GenericSchema>(value: S, what: string) =>
  v.record(name, value, `${what}s by name`)

export const tags = v.pipe(
  v.record(
    v.pipe(v.string('a tag key'), v.regex(/^(?!aws:)[\w\s.:/=+\-@]{1,128}$/, 'a tag key that AWS allows')),
    v.pipe(v.string('text'), v.maxLength(256, 'a tag value of at most 256 characters')),
    'tags by key',
  ),
  v.maxEntries(50, 'at most 50 tags'),
)

export const account = v.pipe(
  v.string("an AWS account id in quotes, such as '111122223333'"),
  v.regex(/^\d{12}$/, 'an AWS account id of 12 digits'),
)

export const region = v.picklist(regions, 'an AWS region')

export const architectures = ['x86_64', 'arm64'] as const

const minute = 60
const seconds: Record<string, number> = { m: minute, h: 60 * minute, d: 24 * 60 * minute }
const durationPattern = /^(\d{1,4})([mhd])$/
const toSeconds = (value: string) => {
  const [, amount, unit] = durationPattern.exec(value) ?? []
  return Number(amount) * (seconds[unit ?? ''] ?? 0)
}

/** `45m`, `2h`, `90d` -> seconds; both bounds included, written as in the file. */
export const duration = (least: string, most: string) =>
  v.pipe(
    v.string(`a duration such as '45m', '2h' or '7d'`),
    v.regex(durationPattern, `a duration such as '45m', '2h' or '7d'`),
    v.check(
      (value) => toSeconds(value) >= toSeconds(least) && toSeconds(value) <= toSeconds(most),
      `a duration from ${least} to ${most}`,
    ),
    v.transform(toSeconds),
  )

export const integer = (least: number, most: number, unit = '') => {
  const expected = `a whole number from ${least} to ${most}${unit}`
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(least, expected), v.maxValue(most, expected))
}

export const flag = v.boolean('true or false')

export const oneOf = <const O extends readonly string[]>(options: O) =>
  v.picklist(options, `one of ${options.join(', ')}`)

export const matching = (pattern: RegExp, expected: string) => v.pipe(v.string(expected), v.regex(pattern, expected))

/** Seconds as a person would write them: 5400 -> '90m', 86400 -> '1d'. */
export const showDuration = (value: number): string => {
  const unit = (['d', 'h'] as const).find((name) => value >= (seconds[name] ?? 0) && value % (seconds[name] ?? 1) === 0)
  return unit ? `${value / (seconds[unit] ?? 1)}${unit}` : `${value / minute}m`
}

export const instanceType = matching(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an EC2 instance type such as m7i.large')

export const deviceName = matching(/^(\/dev\/[a-z]+[0-9]*|xvd[a-z]{1,2})$/, 'a device name such as /dev/xvda')

export const emailAddress = v.pipe(v.string('an email address'), v.email('an email address'))

/** Of documents of components and of workflows: there is one. */
export const schemaVersion = v.optional(
  v.pipe(
    v.union([v.string(), v.number()], '1.0'),
    v.check((value) => Number(value) === 1, '1.0'),
    v.transform(() => '1.0'),
  ),
  '1.0',
)
