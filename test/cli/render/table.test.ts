import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { table } from '../../../cli/render/table.ts'
import { type Paint, widthOf } from '../../../cli/render/text.ts'

const columns = [{ title: 'IMAGE' }, { title: 'TOOK', align: 'right' }, { title: 'WHY', shrinks: true }] as const

describe('table', () => {
  const rows = [
    ['base', '1h 05m', 'the upstream released'],
    ['payments-api', '9m', 'its parent was rebaked'],
  ]

  it('aligns columns under their titles', () => {
    expect(table(columns, rows)).toEqual([
      'IMAGE           TOOK  WHY',
      'base          1h 05m  the upstream released',
      'payments-api      9m  its parent was rebaked',
    ])
  })

  it('narrows the column that shrinks', () => {
    expect(table(columns, rows, { width: 36 })).toEqual([
      'IMAGE           TOOK  WHY',
      'base          1h 05m  the upstream …',
      'payments-api      9m  its parent wa…',
    ])
  })

  it('leaves out a column that says nothing', () => {
    expect(table(columns, [['base', '', '']])).toEqual(['IMAGE', 'base'])
  })

  it('paints cells, not the space that aligns them wrongly', () => {
    const paint: Paint = (style, text) => `<${style}>${text}</>`
    expect(table(columns, [['base', { text: '9m', style: 'red' }, 'x']], { paint })[1]).toBe('base   <red>  9m</>  x')
  })

  it('is never wider than the screen while the shrinking column has room to give', () => {
    const row = fc.tuple(
      fc.stringMatching(/^[a-z]{1,12}$/),
      fc.stringMatching(/^\d{1,6}$/),
      fc.string({ minLength: 1 }),
    )
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.integer({ min: 32, max: 120 }), (rows, width) => {
        for (const line of table(columns, rows, { width })) expect(widthOf(line)).toBeLessThanOrEqual(width)
      }),
    )
  })
})
