import { expect, it } from 'vitest'
import { lineageLines } from '../../../cli/lineage/render.ts'
import { fakeRelease, placed } from '../../support/releases.ts'

it('shows no more targets than can be read', () => {
  const everyone = Array.from({ length: 43 }, (_, at) => placed(`ami-${at}`, String(100000000000 + at)))
  const release = fakeRelease({ ami: 'ami-web', distributed: { everyone }, copies: { everyone } })
  const [, ...lines] = lineageLines({
    upstream: { ami: 'ami-soe' },
    release,
    ancestors: [],
    descendants: [],
    older: 0,
    channels: {},
  })
  expect(lines.slice(0, 4)).toEqual([
    '',
    'RELEASE             AMI      NOW       WHERE',
    'AMI of an upstream  ami-soe  upstream',
    '└─ web 1.0.0/1      ami-web            everyone 43 targets',
  ])
  expect(lines.filter((line) => line.startsWith('everyone '))).toHaveLength(40)
  expect(lines.at(-1)).toBe('and 3 more, which --json lists')
})
