import { expect, it } from 'vitest'
import { type CarrierName, readErrorData } from '../../domain/error-data.ts'
import * as errors from '../../domain/errors.ts'
import { causeText } from '../../domain/messages/failures.ts'
import { carriers, causeOf } from '../support/carriers.ts'

const { OutsideChangeWindow: _1, DistributionInProgress: _2, DistributionRetriable: _3, ...worded } = errors

it.each(Object.entries(worded))('%s has its name in itself, not from its class, which is minified', (name, Class) => {
  const error: Error = new Class('why')
  expect([error.name, error.message]).toEqual([name, 'why'])
  expect(Object.hasOwn(error, 'name')).toBe(true)
})

const arn = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-web/1.0.0/2'
const freeze = "freeze 'year-end' (no changes) until Mon 4 Jan 2027 00:00 Australia/Sydney"

/** The names of errors and fields are promises: the definitions read them, those of executions under way too. */
const promises: Record<CarrierName, { message: string; text: string }> = {
  OutsideChangeWindow: {
    message: `{"opensAt":"2027-01-03T13:00:00.000Z","reasons":["${freeze}","window of image web"]}`,
    text: `2027-01-03T13:00:00.000Z ${freeze}; window of image web`,
  },
  DistributionInProgress: {
    message: `{"arn":"${arn}","status":"DISTRIBUTING"}`,
    text: `${arn} is DISTRIBUTING`,
  },
  DistributionRetriable: {
    message: `{"arn":"${arn}","failure":"222233334444 us-east-1: no \\"key\\""}`,
    text: `${arn} failed: 222233334444 us-east-1: no "key"`,
  },
}

it.each(Object.entries(promises))(
  '%s has its data as JSON in its message, which people read as words',
  (name, reported) => {
    const error = carriers[name as CarrierName]
    expect({ name: error.name, message: error.message }).toEqual({ name, message: reported.message })
    expect(Object.hasOwn(error, 'name')).toBe(true)
    expect(causeText(causeOf(error))).toBe(reported.text)
  },
)

it.each([
  ['words of an earlier version', '2027-01-03T13:00:00.000Z window of image web'],
  ['a field that is missing', '{"opensAt":"2027-01-03T13:00:00.000Z"}'],
  ['a field of another kind', '{"opensAt":1,"reasons":[]}'],
  ['JSON that is no object', 'null'],
])('of %s nothing is read, and people see what is there', (_, message) => {
  expect(readErrorData('OutsideChangeWindow', message)).toBeUndefined()
  expect(causeText(causeOf({ name: 'OutsideChangeWindow', message }))).toBe(message)
})

it('what looks like data of an error that carries none stays as it is', () => {
  const { message } = carriers.OutsideChangeWindow
  expect(causeText(causeOf({ name: 'ValidationFailed', message }))).toBe(message)
})
