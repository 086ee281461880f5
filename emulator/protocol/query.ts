import type { Shape } from './shape.ts'

/** The AWS Query and EC2 Query protocols: a form whose keys are dotted paths, such as `Filter.1.Value.2`. */

interface Node {
  text?: string
  children: Map<string, Node>
}

/** The input that a form holds, scalars still as text; unknown keys stay, so that validation names them. */
export function readForm(shape: Shape, form: URLSearchParams, dialect: 'query' | 'ec2'): unknown {
  const root: Node = { children: new Map() }
  for (const [key, text] of form) {
    if (key === 'Action' || key === 'Version') continue
    let node = root
    for (const part of key.split('.')) {
      let child = node.children.get(part)
      if (!child) {
        child = { children: new Map() }
        node.children.set(part, child)
      }
      node = child
    }
    node.text = text
  }
  return readNode(shape, root, dialect)
}

function readNode(shape: Shape, node: Node, dialect: 'query' | 'ec2'): unknown {
  if (shape.isStructSchema()) {
    const left = new Map(node.children)
    const value: Record<string, unknown> = {}
    for (const [member, memberShape] of shape.structIterator()) {
      const key = keyOf(member, memberShape, dialect)
      const child = left.get(key)
      if (!child) continue
      left.delete(key)
      value[member] = readNode(memberShape, child, dialect)
    }
    for (const key of left.keys()) value[key] = true
    return value
  }
  const traits = shape.getMergedTraits()
  const flat = dialect === 'ec2' || traits.xmlFlattened
  if (shape.isListSchema()) {
    const item = shape.getValueSchema()
    const list = flat ? node : (node.children.get(item.getMergedTraits().xmlName ?? 'member') ?? node)
    return inOrder(list).map((child) => readNode(item, child, dialect))
  }
  if (shape.isMapSchema()) {
    const [key, value] = [shape.getKeySchema(), shape.getValueSchema()]
    const entries = flat ? node : (node.children.get('entry') ?? node)
    return Object.fromEntries(
      inOrder(entries).map((entry) => {
        const name = entry.children.get(key.getMergedTraits().xmlName ?? 'key')?.text ?? ''
        const held = entry.children.get(value.getMergedTraits().xmlName ?? 'value') ?? { children: new Map() }
        return [name, readNode(value, held, dialect)]
      }),
    )
  }
  return node.text ?? ''
}

/** An empty list is sent as a key with no text and no items. */
const inOrder = (node: Node): Node[] =>
  [...node.children].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child)

function keyOf(member: string, shape: Shape, dialect: 'query' | 'ec2'): string {
  const traits = shape.getMergedTraits()
  const name = traits.xmlName ?? member
  if (dialect === 'query') return name
  return (traits.ec2QueryName as string | undefined) ?? name.charAt(0).toUpperCase() + name.slice(1)
}
