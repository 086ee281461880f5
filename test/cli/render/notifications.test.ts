import { expect, it } from 'vitest'
import { notificationLines } from '../../../cli/render/notifications.ts'

const record = { time: '2026-09-01T06:00:00.000Z', topicArn: 'arn', attributes: {} }

it('shows notifications as mail: wrapped, columns kept, without control characters', () => {
  const message = 'What: the agent did not install\n\n  Do:  see its log\x07\n  AMI   x\n'
  expect(notificationLines([{ ...record, subject: 'java failed', message }], { width: 24 })).toEqual([
    'What people were told (1 notification)',
    '2026-09-01 06:00:00  java failed',
    '    What: the agent did',
    '    not install',
    '',
    '      Do:  see its log',
    '      AMI   x',
  ])
})

it('says nothing where nobody was told anything', () => expect(notificationLines([])).toEqual([]))
