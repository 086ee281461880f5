import { expect, it } from 'vitest'
import { slimExample } from '../support/fleets.ts'
import { readLines, slow, stageFor, temporaryDirectory } from '../support/rehearsal.ts'

/** Two children wait for one parent, and each has one. */
const fleet = slimExample('al2023-hardened', 'al2023-java', 'payments-api', 'al2023-node', 'web-frontend')

interface Entered {
  executionArn: string
  timestamp: string
  type: string
  state: string
}

it.each([1, 2])(
  'with %i slots, no more images bake at once, and all are released',
  { timeout: slow },
  async (slots) => {
    const out = temporaryDirectory()
    const stage = await stageFor({ ...fleet, concurrentBakes: slots })
    const { summary } = await stage.rehearse({ out })
    expect(new Set(summary.images.map(({ status }) => status))).toEqual(new Set(['released']))

    // A slot is held from the start of a bake until the image is marked a candidate, which frees it.
    const entered = readLines<Entered>(out, 'history.jsonl').filter(({ type }) => type.endsWith('StateEntered'))
    const changes = entered
      .flatMap(({ timestamp, state }) =>
        state === 'Start Bake' ? [{ timestamp, by: 1 }] : state === 'Mark Candidate' ? [{ timestamp, by: -1 }] : [],
      )
      .sort((a, b) => a.timestamp.localeCompare(b.timestamp) || a.by - b.by)
    let baking = 0
    const most = Math.max(...changes.map(({ by }) => (baking += by)))
    expect(changes).toHaveLength(2 * summary.images.length)
    expect(most).toBe(slots)
  },
)
