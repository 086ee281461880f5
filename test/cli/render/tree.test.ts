import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tree } from '../../../cli/render/tree.ts'

const node = (name: string, parent: string) => ({ name, parent, item: name })
const draw = (nodes: ReturnType<typeof node>[]) => tree(nodes).map(({ lead, item }) => lead + item)

describe('tree', () => {
  it('draws children under their parents, siblings in the given order', () => {
    const nodes = [
      node('tomcat', 'java'),
      node('soe', ''),
      node('base', 'soe'),
      node('other', 'absent'),
      node('java', 'base'),
      node('node', 'base'),
      node('docker', 'soe'),
    ]
    expect(draw(nodes)).toEqual(['soe', '├─ base', '│  ├─ java', '│  │  └─ tomcat', '│  └─ node', '└─ docker', 'other'])
  })

  it('shows every node once, after its parent', () => {
    const parents = fc.array(fc.nat(), { maxLength: 60 })
    fc.assert(
      fc.property(parents, (choices) => {
        const nodes = choices.map((choice, index) => node(`n${index}`, index === 0 ? '' : `n${choice % index}`))
        const order = tree(nodes).map(({ item }) => item)
        expect([...order].sort()).toEqual(nodes.map(({ name }) => name).sort())
        for (const { name, parent } of nodes)
          if (parent !== '') expect(order.indexOf(name)).toBeGreaterThan(order.indexOf(parent))
      }),
    )
  })
})
