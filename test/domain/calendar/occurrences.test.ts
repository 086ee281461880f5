import { describe, expect, it } from 'vitest'
import { nextOccurrence, parseSchedule } from '../../../domain/calendar/cron.ts'

/** The next occurrences in UTC, to the minute. */
const next = (text: string, timezone: string, after: string, count: number, anchor?: string): string[] => {
  const schedule = parseSchedule(text)
  const found: string[] = []
  let time: Date | undefined = new Date(after)
  while (found.length < count) {
    time = nextOccurrence(schedule, timezone, time, anchor === undefined ? undefined : new Date(anchor))
    if (!time) break
    expect(time.toISOString()).toMatch(/:00\.000Z$/)
    found.push(time.toISOString().slice(0, 16))
  }
  return found
}

// 1 September 2026 is a Tuesday.
const september = '2026-09-01T00:00:00Z'

describe("the examples of AWS's guides", () => {
  it.each([
    // EventBridge Scheduler: Schedule types
    ['cron(15 10 ? * 6L 2022-2023)', '2022-11-01T00:00Z', ['2022-11-25T10:15', '2022-12-30T10:15', '2023-01-27T10:15']],
    ['cron(30 8 * * ? *)', september, ['2026-09-01T08:30', '2026-09-02T08:30', '2026-09-03T08:30']],
    ['cron(0 0 ? * 3#2 *)', september, ['2026-09-08T00:00', '2026-10-13T00:00', '2026-11-10T00:00']],
    ['cron(1/10 0 * * ? *)', september, ['2026-09-01T00:01', '2026-09-01T00:11', '2026-09-01T00:21']],
    ['cron(0 0 1 JAN,FEB,MAR ? *)', september, ['2027-01-01T00:00', '2027-02-01T00:00', '2027-03-01T00:00']],
    ['cron(0 0 3W * ? *)', september, ['2026-09-03T00:00', '2026-10-02T00:00', '2026-11-03T00:00']],
    // EventBridge: Setting a schedule pattern for scheduled rules
    ['cron(0 10 * * ? *)', september, ['2026-09-01T10:00', '2026-09-02T10:00', '2026-09-03T10:00']],
    ['cron(15 12 * * ? *)', september, ['2026-09-01T12:15', '2026-09-02T12:15', '2026-09-03T12:15']],
    ['cron(0 18 ? * MON-FRI *)', '2026-09-04T00:00Z', ['2026-09-04T18:00', '2026-09-07T18:00', '2026-09-08T18:00']],
    ['cron(0 8 1 * ? *)', september, ['2026-09-01T08:00', '2026-10-01T08:00', '2026-11-01T08:00']],
    ['cron(0/15 * * * ? *)', september, ['2026-09-01T00:15', '2026-09-01T00:30', '2026-09-01T00:45']],
    ['cron(0/10 * ? * MON-FRI *)', '2026-09-04T23:45Z', ['2026-09-04T23:50', '2026-09-07T00:00', '2026-09-07T00:10']],
    ['cron(0/5 8-17 ? * MON-FRI *)', '2026-09-04T17:54Z', ['2026-09-04T17:55', '2026-09-07T08:00', '2026-09-07T08:05']],
    [
      'cron(0/30 20-2 ? * MON-FRI *)',
      '2026-09-07T02:00Z',
      ['2026-09-07T02:30', '2026-09-07T20:00', '2026-09-07T20:30'],
    ],
    ['cron(0 12 * * ? *)', september, ['2026-09-01T12:00', '2026-09-02T12:00', '2026-09-03T12:00']],
    ['cron(5,35 14 * * ? *)', september, ['2026-09-01T14:05', '2026-09-01T14:35', '2026-09-02T14:05']],
    ['cron(15 10 ? * 6L 2019-2022)', '2022-11-01T00:00Z', ['2022-11-25T10:15', '2022-12-30T10:15']],
    // Systems Manager: Reference: Cron and rate expressions
    ['cron(30 23 ? * TUE#3 *)', september, ['2026-09-15T23:30', '2026-10-20T23:30', '2026-11-17T23:30']],
    // Image Builder: Use cron expressions
    ['cron(0 10 ? * 2-6 *)', '2026-09-04T12:00Z', ['2026-09-07T10:00', '2026-09-08T10:00', '2026-09-09T10:00']],
  ])('%s', (text, after, times) => expect(next(text, 'UTC', after, 3)).toEqual(times))
})

describe('days', () => {
  it.each([
    ['the last day', 'cron(0 0 L * ? *)', september, ['2026-09-30', '2026-10-31', '2026-11-30']],
    ['the last weekday', 'cron(0 0 LW * ? *)', september, ['2026-09-30', '2026-10-30', '2026-11-30']],
    [
      'the weekday nearest the 15th',
      'cron(0 0 15W 8-11 ? *)',
      '2026-08-01T00:00Z',
      ['2026-08-14', '2026-09-15', '2026-10-15', '2026-11-16'],
    ],
    [
      'the weekday nearest the 1st, never in the month before',
      'cron(0 0 1W 8 ? *)',
      '2026-07-01T00:00Z',
      ['2026-08-03', '2027-08-02', '2028-08-01'],
    ],
    [
      'the weekday nearest the 31st, where there is one',
      'cron(0 0 31W * ? *)',
      '2026-01-01T00:00Z',
      ['2026-01-30', '2026-03-31', '2026-05-29'],
    ],
    ['the last day of the week', 'cron(0 0 ? * L *)', september, ['2026-09-05', '2026-09-12', '2026-09-19']],
    ['1 is Sunday', 'cron(0 0 ? * 1 *)', september, ['2026-09-06', '2026-09-13']],
    ['7 is Saturday', 'cron(0 0 ? * 7 *)', september, ['2026-09-05', '2026-09-12']],
    [
      'the fifth Friday, where there is one',
      'cron(0 0 ? * FRI#5 *)',
      september,
      ['2026-10-30', '2027-01-29', '2027-04-30'],
    ],
    ['the last Sunday', 'cron(0 0 ? * 1L *)', september, ['2026-09-27', '2026-10-25', '2026-11-29']],
    ['every other day', 'cron(0 0 */2 * ? *)', '2026-09-28T12:00Z', ['2026-09-29', '2026-10-01', '2026-10-03']],
    ['some days', 'cron(0 0 1,15-17 * ? *)', september, ['2026-09-15', '2026-09-16', '2026-09-17', '2026-10-01']],
    ['any weekday', 'cron(0 0 ? * * *)', september, ['2026-09-02', '2026-09-03']],
    [
      'some weekdays',
      'cron(0 0 ? * MON,3,FRI-SAT *)',
      '2026-09-04T00:00Z',
      ['2026-09-05', '2026-09-07', '2026-09-08', '2026-09-11'],
    ],
    ['31 days', 'cron(0 0 31 * ? *)', september, ['2026-10-31', '2026-12-31', '2027-01-31', '2027-03-31']],
    ['29 February', 'cron(0 0 29 FEB ? *)', '2026-01-01T00:00Z', ['2028-02-29', '2032-02-29']],
    ['29 February, not in 2100', 'cron(0 0 29 2 ? *)', '2096-03-01T00:00Z', ['2104-02-29']],
    [
      'some years',
      'cron(0 0 1 1 ? 2027,2030-2031,2040/100)',
      september,
      ['2027-01-01', '2030-01-01', '2031-01-01', '2040-01-01', '2140-01-01'],
    ],
    ['every fourth month', 'cron(0 0 1 2/4 ? *)', september, ['2026-10-01', '2027-02-01', '2027-06-01']],
  ])('%s: %s', (_, text, after, days) => {
    expect(next(text, 'UTC', after, days.length)).toEqual(days.map((day) => `${day}T00:00`))
  })

  it('of years that are over do not come again, nor any after 2199', () => {
    expect(next('cron(0 0 1 1 ? 2027-2028)', 'UTC', september, 3)).toEqual(['2027-01-01T00:00', '2028-01-01T00:00'])
    expect(next('cron(0 0 1 1 ? *)', 'UTC', '2198-06-01T00:00Z', 2)).toEqual(['2199-01-01T00:00'])
  })

  it('that no month has never come', () => {
    expect(next('cron(0 0 31 4,6 ? *)', 'UTC', september, 1)).toEqual([])
    expect(next('cron(0 0 30 2 ? *)', 'UTC', '1970-01-01T00:00Z', 1)).toEqual([])
  })
})

describe('minutes and hours', () => {
  it.each([
    [
      'a step over midnight',
      'cron(0 20-2/2 * * ? *)',
      ['2026-09-01T02:00', '2026-09-01T20:00', '2026-09-01T22:00', '2026-09-02T00:00'],
    ],
    [
      'a range with a step',
      'cron(0-30/15 6 * * ? *)',
      ['2026-09-01T06:00', '2026-09-01T06:15', '2026-09-01T06:30', '2026-09-02T06:00'],
    ],
    ['a range of one', 'cron(30-30 13-13 * * ? *)', ['2026-09-01T13:30', '2026-09-02T13:30']],
    ['leading zeros', 'cron(05 07 * * ? *)', ['2026-09-01T07:05', '2026-09-02T07:05']],
    ['every minute', 'cron(* * * * ? *)', ['2026-09-01T00:01', '2026-09-01T00:02']],
    ['a list in any order, with doubles', 'cron(45,5,5 3 * * ? *)', ['2026-09-01T03:05', '2026-09-01T03:45']],
  ])('%s', (_, text, times) => expect(next(text, 'UTC', september, times.length)).toEqual(times))
})

/**
 * Clocks in 2026: Sydney back at 03:00 on 5 April (to UTC+10), forward at 02:00 on 4 October; London forward at 01:00 on
 * 29 March, back at 02:00 on 25 October; New York forward at 02:00 on 8 March, back at 02:00 on 1 November.
 */
describe('where the clock is put forward, times that it leaps over are skipped', () => {
  it.each([
    // AWS's own example is this one, in America/Los_Angeles.
    ['cron(30 2 * * ? *)', 'America/Los_Angeles', '2026-03-07T00:00Z', ['2026-03-07T10:30', '2026-03-09T09:30']],
    ['cron(30 2 * * ? *)', 'America/New_York', '2026-03-07T00:00Z', ['2026-03-07T07:30', '2026-03-09T06:30']],
    ['cron(30 2 * * ? *)', 'Australia/Sydney', '2026-10-02T12:00Z', ['2026-10-02T16:30', '2026-10-04T15:30']],
    ['cron(30 1 * * ? *)', 'Europe/London', '2026-03-28T00:00Z', ['2026-03-28T01:30', '2026-03-30T00:30']],
    ['cron(0 3 * * ? *)', 'America/New_York', '2026-03-08T00:00Z', ['2026-03-08T07:00', '2026-03-09T07:00']],
    ['cron(0/30 * * * ? *)', 'Australia/Sydney', '2026-10-03T15:00Z', ['2026-10-03T15:30', '2026-10-03T16:00']],
    ['cron(0 2 29 3 ? 2026)', 'Europe/London', '2026-03-01T00:00Z', ['2026-03-29T01:00']],
    ['cron(0 1 29 3 ? 2026)', 'Europe/London', '2026-03-01T00:00Z', []],
    ['cron(0 12 30 12 ? 2011)', 'Pacific/Apia', '2011-12-01T00:00Z', []],
  ])('%s in %s', (text, timezone, after, times) => expect(next(text, timezone, after, 2)).toEqual(times))
})

describe('where the clock is put back, times that it shows twice come the first time', () => {
  it.each([
    ['cron(30 1 * * ? *)', 'America/New_York', '2026-11-01T00:00Z', ['2026-11-01T05:30', '2026-11-02T06:30']],
    ['cron(30 1 * * ? *)', 'Europe/London', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
    ['cron(30 2 * * ? *)', 'Australia/Sydney', '2026-04-04T12:00Z', ['2026-04-04T15:30', '2026-04-05T16:30']],
    // From inside the second showing, nothing comes until the clock is past what it has shown.
    ['cron(0/15 * * * ? *)', 'Europe/London', '2026-10-25T00:45Z', ['2026-10-25T02:00', '2026-10-25T02:15']],
    ['cron(0/15 * * * ? *)', 'Europe/London', '2026-10-25T01:10Z', ['2026-10-25T02:00', '2026-10-25T02:15']],
    ['cron(0/15 * * * ? *)', 'Australia/Lord_Howe', '2026-04-04T14:40Z', ['2026-04-04T14:45', '2026-04-04T15:30']],
  ])('%s in %s after %s', (text, timezone, after, times) => expect(next(text, timezone, after, 2)).toEqual(times))
})

describe('a rate', () => {
  it.each([
    ['rate(5 minutes)', undefined, ['2026-09-01T00:05', '2026-09-01T00:10']],
    ['rate(1 hour)', undefined, ['2026-09-01T01:00', '2026-09-01T02:00']],
    ['rate(1 hours)', undefined, ['2026-09-01T01:00', '2026-09-01T02:00']],
    ['rate(1 days)', '2026-08-31T07:00Z', ['2026-09-01T07:00', '2026-09-02T07:00']],
    ['rate(1 minute)', '2026-09-03T00:00Z', ['2026-09-03T00:00', '2026-09-03T00:01']],
    ['rate(6 hours)', '2026-08-31T18:00Z', ['2026-09-01T06:00', '2026-09-01T12:00']],
    ['rate(7 days)', '2026-09-01T00:00Z', ['2026-09-08T00:00', '2026-09-15T00:00']],
  ])('%s from %s', (text, anchor, times) => expect(next(text, 'Australia/Sydney', september, 2, anchor)).toEqual(times))

  it('has days of 24 hours, whatever the clock does', () =>
    expect(next('rate(1 day)', 'Europe/London', '2026-03-28T09:00Z', 2, '2026-03-28T09:00Z')).toEqual([
      '2026-03-29T09:00',
      '2026-03-30T09:00',
    ]))
})

describe('at', () => {
  it.each([
    ['at(2022-11-20T13:00:00)', 'America/Los_Angeles', '2022-11-01T00:00Z', ['2022-11-20T21:00']],
    ['at(2022-11-20T13:00:00)', 'America/Los_Angeles', '2022-11-20T21:00Z', []],
    ['at(2026-03-29T01:30:00)', 'Europe/London', september, []],
    ['at(2026-03-29T01:30:00)', 'Europe/London', '2026-03-01T00:00Z', []],
    ['at(2026-10-25T01:30:00)', 'Europe/London', september, ['2026-10-25T00:30']],
    ['at(2026-10-25T01:30:00)', 'Europe/London', '2026-10-25T00:30Z', []],
  ])('%s in %s after %s', (text, timezone, after, times) => expect(next(text, timezone, after, 2)).toEqual(times))
})
