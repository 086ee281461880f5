import fc from 'fast-check'
import { expect, it } from 'vitest'
import { outcome } from '../../../domain/messages/campaigns.ts'
import { causeText } from '../../../domain/messages/failures.ts'
import { duration, subject } from '../../../domain/messages/message.ts'

it('has a subject that SNS takes, whatever the names', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(subject(`x${text}`)).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/)
    }),
  )
})

it.each([
  [0, '0s'],
  [59, '59s'],
  [60, '1m'],
  [3_725, '1h 2m'],
  [93_600, '1d 2h'],
])('%i seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

it('sums up a campaign in a sentence, in one order', () => {
  const images = (['superseded', 'aborted', 'skipped', 'failed', 'released', 'released'] as const).map(
    (status, at) => ({
      image: `i${at}`,
      status,
      reason: '',
      ami: null,
    }),
  )
  expect(outcome(images)).toBe('2 released, 1 failed (i3), 1 skipped (i2), 1 aborted (i1), 1 superseded (i0).')
  expect(outcome([])).toBe('nothing was rebaked.')
})

it.each([
  ['{"errorType":"ValidationFailed","errorMessage":"state: pending","trace":[]}', 'state: pending'],
  ['plain text', 'plain text'],
  ['{"other":1}', '{"other":1}'],
  ['', ''],
])('the cause %s reads %s', (cause, text) => {
  expect(causeText(cause)).toBe(text)
})
