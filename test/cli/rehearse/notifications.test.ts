import { expect, it } from 'vitest'
import { notificationLines } from '../../../cli/rehearse/notifications.ts'

const record = { time: '2026-09-01T06:00:00.000Z', topicArn: 'arn', attributes: {}, recipients: [] }

it('shows notifications as mail: wrapped, columns kept, without control characters', () => {
  const message = 'What: the agent did not install\n\n  Do:  see its log\x07\n  AMI   x\n'
  expect(notificationLines([{ ...record, subject: 'java failed', message }], { width: 24 })).toEqual([
    'What people read (1 notification)',
    '2026-09-01 06:00:00  java failed',
    '    What: the agent did',
    '    not install',
    '',
    '      Do:  see its log',
    '      AMI   x',
  ])
})

it('says nothing where nobody was notified', () => expect(notificationLines([])).toEqual([]))

it('counts many by kind, and shows the subjects of those that are bad', () => {
  const reported = (subject: string, severity = 'info') => ({
    ...record,
    subject,
    message: 'x',
    recipients: [],
    attributes: { severity },
  })
  const many = [
    ...Array.from({ length: 20 }, (_, at) => reported(`Released: image-${at} 1.0.0/1`)),
    ...['00:00', '02:00'].map((time) => reported(`Waiting until 2026-12-18 ${time} UTC: java`)),
    ...Array.from({ length: 3 }, () => reported('Failed: java was not released', 'error')),
    reported('Refused: ami-0123 from account 000000000000, which is a longer story', 'warning'),
  ]
  expect(notificationLines(many, { width: 80 })).toEqual([
    'What people read (26 notifications)',
    '    20  Released',
    '     2  Waiting',
    '     3  Failed',
    '        2026-09-01 06:00:00  Failed: java was not released (3 times)',
    '     1  Refused',
    '        2026-09-01 06:00:00  Refused: ami-0123 from account 000000000000, which…',
  ])
})

it('shows a dozen bad subjects, and counts the others', () => {
  const failed = Array.from({ length: 40 }, (_, at) => ({
    ...record,
    subject: `Failed: image-${at}`,
    message: 'x',
    recipients: [],
    attributes: { severity: 'error' },
  }))
  const lines = notificationLines(failed)
  expect(lines).toHaveLength(15)
  expect(lines.at(-1)).toBe('        and 28 more')
})
