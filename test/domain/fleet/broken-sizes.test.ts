import { describe, expect, it } from 'vitest'
import { problemsAfter } from './broken.ts'

const long = (length: number) => 'x'.repeat(length)
const tags = (count: number) => `{ ${Array.from({ length: count }, (_, i) => `k${i}: v`).join(', ')} }`

describe('a part that is too large', () => {
  it.each([
    [
      'a description',
      `description: ${long(1_025)}`,
      /description: expected at most 1,024 characters, as AWS does, found 1,025$/,
    ],
    ['a working directory', `workingDirectory: /${long(1_024)}`, /workingDirectory: expected at most 1,024 characters/],
    [
      'tags of an image',
      `tags: ${tags(48)}`,
      /tags: expected at most 47 tags, as AWS takes 50 with Rebake's own, found 48$/,
    ],
  ])('%s', (_, text, expected) => {
    const [problem, ...others] = problemsAfter([['    parent: linux-soe\n', `    parent: linux-soe\n    ${text}\n`]])
    expect(others).toEqual([])
    expect(problem).toMatch(expected)
  })
})
