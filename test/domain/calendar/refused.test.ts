import { describe, expect, it } from 'vitest'
import { parseSchedule, ScheduleInvalid } from '../../../domain/calendar/cron.ts'
import { parseScheduleExpression } from '../../../emulator/schedule-expression.ts'

const minutes = 'minutes from 0 to 59'
const hours = 'hours from 0 to 23'
const days = 'days from 1 to 31'
const months = 'months from 1 to 12 or JAN to DEC'
const weekdays = 'days of the week from 1 to 7 or SUN to SAT'
const years = 'years from 1970 to 2199'
const special = `${weekdays}, or L, 6L, TUE#2 (1 to 5) or ? alone`
const six = 'six fields with one blank between them, minutes hours day-of-month month day-of-week year'

/** The caret stands below the offset. */
const cases: [text: string, caret: string, expected: string][] = [
  ['', '^', "cron(...), rate(...) or at(...), found ''"],
  ['0 2 * * ? *', '^', "cron(...), rate(...) or at(...), found '0 2 * * ? *'"],
  ['Cron(0 2 * * ? *)', '^', "cron(...), rate(...) or at(...), found 'Cron(0 2 * * ? *)'"],
  ['@daily', '^', "cron(...), rate(...) or at(...), found '@daily'"],
  ['cron(0 2 * * ? *', '                ^', "')' at the end"],
  ['cron(0 2 * * ? *) ', '                 ^', "nothing after ')'"],

  ['cron()', '     ^', six],
  ['cron(0 2 * * ?)', '              ^', `${six}, found 5`],
  ['cron(0 0 2 * * ? *)', '                 ^', `${six}, found 7`],
  ['cron(0  2 * * ? *)', '       ^', six],
  ['cron( 0 2 * * ? *)', '     ^', six],
  ['cron(0 2 * * ? * )', '                 ^', six],

  ['cron(60 2 * * ? *)', '     ^', `${minutes}, found '60'`],
  ['cron(-1 2 * * ? *)', '     ^', `${minutes}, found '-1'`],
  ['cron(? 2 * * ? *)', '     ^', `${minutes}, found '?'`],
  ['cron(0,70 2 * * ? *)', '       ^', `${minutes}, found '70'`],
  ['cron(0, 2 * * ? *)', '       ^', `${minutes}, found ''`],
  ['cron(000 2 * * ? *)', '     ^', `${minutes}, found '000'`],
  ['cron(5-2 2 * * ? *)', '     ^', "a range from low to high, found '5-2'"],
  ['cron(1-2-3 2 * * ? *)', '        ^', "one range, found '1-2-3'"],
  ['cron(0/0 2 * * ? *)', '       ^', "a step from 1 to 59, found '0'"],
  ['cron(0/ 2 * * ? *)', '       ^', "a step from 1 to 59, found ''"],
  ['cron(0/60 2 * * ? *)', '       ^', "a step from 1 to 59, found '60'"],
  ['cron(/10 2 * * ? *)', '     ^', `${minutes}, found '/10'`],
  ['cron(0/5/5 2 * * ? *)', '        ^', "one step, found '0/5/5'"],
  ['cron(*,5 2 * * ? *)', '     ^', '* alone, found it in a list'],

  ['cron(0 24 * * ? *)', '       ^', `${hours}, found '24'`],
  ['cron(0 L * * ? *)', '       ^', `${hours}, found 'L'`],
  ['cron(0 8-25 * * ? *)', '         ^', `${hours}, found '25'`],
  ['cron(0 0/24 * * ? *)', '         ^', "a step from 1 to 23, found '24'"],

  ['cron(0 2 0 * ? *)', '         ^', `${days}, found '0'`],
  ['cron(0 2 32 * ? *)', '         ^', `${days}, found '32'`],
  ['cron(0 2 L-3 * ? *)', '         ^', `${days}, or L, LW, 15W or ? alone, found 'L-3'`],
  ['cron(0 2 15,L * ? *)', '         ^', `${days}, or L, LW, 15W or ? alone, found '15,L'`],
  ['cron(0 2 W * ? *)', '         ^', `${days}, or L, LW, 15W or ? alone, found 'W'`],
  ['cron(0 2 1W,15W * ? *)', '         ^', `${days}, or L, LW, 15W or ? alone, found '1W,15W'`],
  ['cron(0 2 32W * ? *)', '         ^', `${days}, found '32'`],
  ['cron(0 2 28-3 * ? *)', '         ^', "a range from low to high, found '28-3'"],

  ['cron(0 2 * 13 ? *)', '           ^', `${months}, found '13'`],
  ['cron(0 2 * 0 ? *)', '           ^', `${months}, found '0'`],
  ['cron(0 2 * JUNE ? *)', '           ^', `${months}, found 'JUNE'`],
  ['cron(0 2 * JAN,feb ? *)', '               ^', `${months}, found 'feb', did you mean 'FEB'?`],
  ['cron(0 2 * NOV-FEB ? *)', '           ^', "a range from low to high, found 'NOV-FEB'"],

  ['cron(0 2 * * * *)', '             ^', "? for the day of the week, as the day of the month is not ?, found '*'"],
  ['cron(0 2 1 * MON *)', '             ^', "? for the day of the week, as the day of the month is not ?, found 'MON'"],
  ['cron(0 2 ? * ? *)', '             ^', `${weekdays}, as the day of the month is ?, found '?'`],
  ['cron(0 2 ? * 0 *)', '             ^', `${weekdays}, found '0'`],
  ['cron(0 2 ? * 8 *)', '             ^', `${weekdays}, found '8'`],
  ['cron(0 2 ? * 01 *)', '             ^', `${weekdays}, found '01'`],
  ['cron(0 2 ? * TUESDAY *)', '             ^', `${weekdays}, found 'TUESDAY'`],
  ['cron(0 2 ? * mon-fri *)', '             ^', `${weekdays}, found 'mon', did you mean 'MON'?`],
  ['cron(0 2 ? * FRI-MON *)', '             ^', "a range from low to high, found 'FRI-MON'"],
  ['cron(0 2 ? * MON/2 *)', '                ^', "no step, which AWS does not have here, found 'MON/2'"],
  ['cron(0 2 ? * 3#1,6#3 *)', '             ^', `${special}, found '3#1,6#3'`],
  ['cron(0 2 ? * 3#6 *)', '             ^', `${special}, found '3#6'`],
  ['cron(0 2 ? * 8#1 *)', '             ^', `${weekdays}, found '8'`],
  ['cron(0 2 ? * TUE# *)', '             ^', `${special}, found 'TUE#'`],
  ['cron(0 2 ? * FRIL *)', '             ^', `${special}, found 'FRIL'`],
  ['cron(0 2 ? * 8L *)', '             ^', `${weekdays}, found '8'`],
  ['cron(0 2 ? * 2W *)', '             ^', `${special}, found '2W'`],

  ['cron(0 2 * * ? 1969)', '               ^', `${years}, found '1969'`],
  ['cron(0 2 * * ? 2026-2200)', '                    ^', `${years}, found '2200'`],
  ['cron(0 2 * * ? 26)', '               ^', `${years}, found '26'`],
  ['cron(0 2 * * ? ?)', '               ^', `${years}, found '?'`],
  ['cron(0 2 * * ? 2030-2026)', '               ^', "a range from low to high, found '2030-2026'"],
  ['cron(0 2 * * ? 2026/230)', '                    ^', "a step from 1 to 229, found '230'"],

  ['rate()', '     ^', "a whole number from 1 to 99999, found ''"],
  ['rate(0 minutes)', '     ^', "a whole number from 1 to 99999, found '0'"],
  ['rate(-5 minutes)', '     ^', "a whole number from 1 to 99999, found '-5'"],
  ['rate(1.5 hours)', '     ^', "a whole number from 1 to 99999, found '1.5'"],
  ['rate(100000 days)', '     ^', "a whole number from 1 to 99999, found '100000'"],
  ['rate(minutes 5)', '     ^', "a whole number from 1 to 99999, found 'minutes'"],
  ['rate(5)', '      ^', 'minutes, hours or days, found nothing'],
  ['rate(5 weeks)', '       ^', "minutes, hours or days, found 'weeks'"],
  ['rate(30 seconds)', '        ^', "minutes, hours or days, found 'seconds'"],
  ['rate(5 hour)', '       ^', "minutes, hours or days, found 'hour'"],
  ['rate(5  hours)', '       ^', "minutes, hours or days, found ''"],
  ['rate(5 hours )', '            ^', "')' after the unit"],
  ['rate(1 hour 5 minutes)', '           ^', "')' after the unit"],

  ['at(2026-11-20)', '   ^', "a date and time as in at(2026-11-20T13:00:00), found '2026-11-20'"],
  ['at(2026-11-20T13:00)', '   ^', "a date and time as in at(2026-11-20T13:00:00), found '2026-11-20T13:00'"],
  ['at(2026-11-20 13:00:00)', '   ^', "a date and time as in at(2026-11-20T13:00:00), found '2026-11-20 13:00:00'"],
  ['at(2026-11-20T13:00:00Z)', '   ^', "a date and time as in at(2026-11-20T13:00:00), found '2026-11-20T13:00:00Z'"],
  ['at(2026-02-30T13:00:00)', '   ^', "a date and time as in at(2026-11-20T13:00:00), found '2026-02-30T13:00:00'"],
  ['at(2026-11-20T24:00:00)', '   ^', "a date and time as in at(2026-11-20T13:00:00), found '2026-11-20T24:00:00'"],
]

describe('what EventBridge Scheduler would refuse', () => {
  it.each(cases)('%s', (text, caret, expected) => {
    try {
      parseSchedule(text)
    } catch (error) {
      expect(error).toBeInstanceOf(ScheduleInvalid)
      const { offset, message } = error as ScheduleInvalid
      expect({ caret: `${' '.repeat(offset)}^`, message }).toEqual({ caret, message: expected })
      return
    }
    expect.unreachable(`${text} was read`)
  })

  it.each(cases)('the emulator refuses %s too', (text) => {
    expect(() => parseScheduleExpression(text)).toThrow(`Invalid Schedule Expression ${text}.`)
  })
})
