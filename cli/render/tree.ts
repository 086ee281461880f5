export interface Node<T> {
  name: string
  /** A node whose parent is not among the others is a root. */
  parent: string
  item: T
}

/** The nodes depth first, in the given order among siblings, each with the line drawing that leads to it. */
export function tree<T>(nodes: readonly Node<T>[]): { lead: string; item: T }[] {
  const names = new Set(nodes.map((node) => node.name))
  const children = Map.groupBy(nodes, (node) => (names.has(node.parent) ? node.parent : ''))
  const walk = (parent: string, indent: string): { lead: string; item: T }[] => {
    const siblings = children.get(parent) ?? []
    return siblings.flatMap((node, index) => {
      const last = index === siblings.length - 1
      const root = parent === ''
      const below = root ? '' : indent + (last ? '   ' : '│  ')
      return [{ lead: root ? '' : indent + (last ? '└─ ' : '├─ '), item: node.item }, ...walk(node.name, below)]
    })
  }
  return walk('', '')
}
