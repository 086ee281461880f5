import { expect, it } from 'vitest'
import { historyLines } from '../../../cli/history/render.ts'
import { widthOf } from '../../../cli/render/text.ts'
import { base1, base2, evidence, known, soe, trigger } from '../some-releases.ts'

const held = known.images.base?.held
const history = {
  image: 'base',
  more: 3,
  ...(held && { held }),
  releases: [base2, base1].map((release) => ({ release, channels: [], evidence, trigger: trigger(soe) })),
}

it('fits the screen, what goes on under what it belongs to', () => {
  const lines = historyLines(history, { width: 60 })
  expect(lines.filter((line) => widthOf(line) > 60)).toEqual([])
  const at = lines.findIndex((line) => line.startsWith('  baked'))
  expect(lines.slice(at, at + 2)).toEqual([
    `  baked     2026-09-02 06:40 UTC from the upstream's`,
    `            ${soe}, by recipe 1.0.2, build 1`,
  ])
  expect(lines.at(-1)).toBe('… and 3 older releases: --limit shows more')
})

it('lets nothing that it tells drive the terminal', () => {
  const reason = 'x\x1b[2J\ny'
  const releases = [{ release: base1, channels: [], evidence: [], trigger: { ...trigger(soe), reason } }]
  expect(historyLines({ ...history, releases }).join('\n')).not.toContain('\x1b')
})
