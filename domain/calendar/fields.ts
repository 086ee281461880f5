import { type Part, ScheduleInvalid, split } from './invalid.ts'

/**
 * The six fields of a cron expression, as the EventBridge Scheduler User Guide has them under "Schedule types".
 * What it leaves open is taken from pages on the same expressions elsewhere at AWS, and refused where none says it:
 * a schedule that we refuse is rewritten in a minute, one that AWS refuses fails a deploy.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */

interface Field {
  /** Completes "expected ...". */
  values: string
  least: number
  most: number
  digits: RegExp
  names?: string[]
  /** `20-2` is an example of the EventBridge User Guide, "Setting a schedule pattern for scheduled rules". */
  wraps?: true
  /** The table of wildcards has no / for the days of the week. */
  stepless?: true
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const two = /^\d{1,2}$/

const minute: Field = { values: 'minutes from 0 to 59', least: 0, most: 59, digits: two }
const hour: Field = { values: 'hours from 0 to 23', least: 0, most: 23, digits: two, wraps: true }
const dayOfMonth: Field = { values: 'days from 1 to 31', least: 1, most: 31, digits: two }
const month: Field = {
  values: 'months from 1 to 12 or JAN to DEC',
  least: 1,
  most: 12,
  digits: two,
  names: months,
}
const dayOfWeek: Field = {
  values: 'days of the week from 1 to 7 or SUN to SAT',
  least: 1,
  most: 7,
  digits: /^\d$/,
  names: weekdays,
  stepless: true as const,
}
const year: Field = { values: 'years from 1970 to 2199', least: 1970, most: 2199, digits: /^\d{4}$/ }

/** No cron expression of AWS reaches further. */
export const lastYear = year.most

const named = ['minutes', 'hours', 'day-of-month', 'month', 'day-of-week', 'year']
const six = `six fields with one blank between them, ${named.join(' ')}`

/**
 * The fields in the words of croner: plain numbers, `*`, and the letters that both have.
 * @throws ScheduleInvalid
 */
export function readFields(body: Part): string[] {
  const parts = split(body, ' ')
  const blank = parts.find(({ text }) => text === '')
  if (blank) throw new ScheduleInvalid(blank.offset, six)
  // The guide calls the year optional, the API reference does not: "six fields separated by white spaces".
  if (parts.length < named.length)
    throw new ScheduleInvalid(body.offset + body.text.length, `${six}, found ${parts.length}`)
  const [minutes, hours, days, inMonths, onWeekdays, years, extra] = parts as [
    ...[Part, Part, Part, Part, Part, Part],
    Part?,
  ]
  if (extra) throw new ScheduleInvalid(extra.offset, `${six}, found ${parts.length}`)
  oneQuestion(days, onWeekdays)
  return [
    readList(minute, minutes),
    readList(hour, hours),
    readDays(days),
    readList(month, inMonths),
    readWeekdays(onWeekdays),
    readList(year, years),
  ]
}

function oneQuestion(days: Part, weekday: Part): void {
  if (days.text === '?' && weekday.text === '?')
    throw new ScheduleInvalid(weekday.offset, `${dayOfWeek.values}, as the day of the month is ?, found '?'`)
  if (days.text !== '?' && weekday.text !== '?')
    throw new ScheduleInvalid(
      weekday.offset,
      `? for the day of the week, as the day of the month is not ?, found '${weekday.text}'`,
    )
}

/**
 * `L`, the last day; `15W`, the nearest weekday; `LW`, the last weekday. No page of AWS has LW, but its console
 * takes it: github.com/grumBit/aws_cron_expression_validator/issues/18, serverless/serverless-local-schedule#12.
 * None of AWS's pages has L-3, which Quartz knows.
 */
function readDays(part: Part): string {
  const { text, offset } = part
  if (text === '?') return '*'
  if (text === 'L' || text === 'LW') return text
  if (!/[LW?#]/.test(text)) return readList(dayOfMonth, part)
  const [, day] = /^(\d{1,2})W$/.exec(text) ?? []
  if (day !== undefined) return `${readValue(dayOfMonth, { text: day, offset })}W`
  throw new ScheduleInvalid(offset, `${dayOfMonth.values}, or L, LW, 15W or ? alone, found '${text}'`)
}

/**
 * `6L`, the last Friday; `3#2` and `TUE#2`, the second Tuesday; `L`, the last day of the week, which is 7 here. (The
 * guide of Image Builder, whose week is the same, says Sunday.) TUE#2 is in the guide of Systems Manager.
 */
function readWeekdays(part: Part): string {
  const { text, offset } = part
  if (text === '?') return '*'
  if (text === 'L') return '7'
  if (!/[LW?#](?![A-Z])/.test(text)) return readList(dayOfWeek, part)
  const [, last] = /^(\d)L$/.exec(text) ?? []
  if (last !== undefined) return `${readValue(dayOfWeek, { text: last, offset })}L`
  const [, day, nth] = /^(\d|[A-Z]{3})#([1-5])$/.exec(text) ?? []
  if (day !== undefined) return `${readValue(dayOfWeek, { text: day, offset })}#${nth}`
  throw new ScheduleInvalid(offset, `${dayOfWeek.values}, or L, 6L, TUE#2 (1 to 5) or ? alone, found '${text}'`)
}

function readList(field: Field, part: Part): string {
  if (part.text === '*') return '*'
  const values = split(part, ',').flatMap((item) => readItem(field, item))
  return [...new Set(values)].toSorted((a, b) => a - b).join(',')
}

/** `5`, `1-5`, `0/15`, a star and a step, `0-30/10`. Ranges with steps: AWS's console, localstack/localstack#13572. */
function readItem(field: Field, item: Part): number[] {
  const [range, step, more] = split(item, '/') as [Part, Part?, Part?]
  if (more) throw new ScheduleInvalid(more.offset - 1, `one step, found '${item.text}'`)
  if (step && field.stepless)
    throw new ScheduleInvalid(step.offset - 1, `no step, which AWS does not have here, found '${item.text}'`)
  if (range.text === '*' && !step) throw new ScheduleInvalid(item.offset, `* alone, found it in a list`)
  const [from, to, third] = split(range, '-') as [Part, Part?, Part?]
  if (third) throw new ScheduleInvalid(third.offset - 1, `one range, found '${range.text}'`)
  if (from.text === '') return [readValue(field, item)] // which throws, and shows all of '-1' or '/10'
  const every = step ? readStep(field, step) : 1
  if (range.text === '*') return count(field.least, field.most, every)
  const start = readValue(field, from)
  if (!to) return step ? count(start, field.most, every) : [start]
  const end = readValue(field, to)
  if (start <= end) return count(start, end, every)
  if (!field.wraps) throw new ScheduleInvalid(from.offset, `a range from low to high, found '${range.text}'`)
  const round = field.most - field.least + 1
  return count(start, end + round, every).map((value) => (value > field.most ? value - round : value))
}

const count = (from: number, to: number, every: number): number[] =>
  Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => from + i * every)

function readStep({ least, most }: Field, { text, offset }: Part): number {
  const largest = least > 1 ? most - least : most
  const step = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (step >= 1 && step <= largest) return step
  throw new ScheduleInvalid(offset, `a step from 1 to ${largest}, found '${text}'`)
}

function readValue({ values, least, most, digits, names = [] }: Field, { text, offset }: Part): number {
  const named = names.indexOf(text)
  if (named >= 0) return least + named
  const value = Number(text)
  if (digits.test(text) && value >= least && value <= most) return value
  // The guides of EventBridge have capitals only; that of Image Builder has mon-fri.
  const hint = names.includes(text.toUpperCase()) ? `, did you mean '${text.toUpperCase()}'?` : ''
  throw new ScheduleInvalid(offset, `${values}, found '${text}'${hint}`)
}
