import { compile, expressionIn } from '../expressions.ts'
import type { Problems } from './problem.ts'

/** Which of $states.result and $states.errorOutput a field may read. */
export type Sees = 'input' | 'result' | 'errorOutput'

// biome-ignore lint/suspicious/noExplicitAny: jsonata's syntax tree has no usable type
type Node = any

/** Checks every `{% %}` in a template. */
export function checkTemplate(value: unknown, problems: Problems, sees: Sees = 'input'): void {
  if (typeof value === 'string') checkString(value, problems, sees)
  else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) checkTemplate(item, problems.at(i), sees)
  } else if (value !== null && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) checkTemplate(member, problems.at(key), sees)
  }
}

function checkString(text: string, problems: Problems, sees: Sees): void {
  const expression = expressionIn(text)
  if (expression === undefined) {
    if (text.startsWith('{%') || text.endsWith('%}')) {
      problems.add('A JSONata expression starts with {% and ends with %}', 'INVALID_JSONATA_EXPRESSION')
    }
    return
  }
  let tree: Node
  try {
    tree = compile(expression).ast()
  } catch (error) {
    problems.add((error as Error).message, 'INVALID_JSONATA_EXPRESSION')
    return
  }
  for (const message of new Set(unsupported(tree, sees))) problems.add(message, 'UNSUPPORTED_JSONATA_EXPRESSION')
}

/**
 * What an expression may not name. There is no context item, so a name at the top of an expression means nothing;
 * $eval is taken away; $states.result and $states.errorOutput exist in some fields only.
 */
function* unsupported(node: Node, sees: Sees, top = true): Generator<string> {
  if (node === null || typeof node !== 'object') return
  if (Array.isArray(node)) {
    for (const item of node) yield* unsupported(item, sees, top)
    return
  }
  if (node.type === 'name' && top) yield `Reference to '${node.value}' at the top level is not supported.`
  if (node.type === 'variable' && node.value === '$') yield "Reference to '$$' is not supported."
  if (node.type === 'function' && node.procedure?.value === 'eval')
    yield "Function '$eval' is not supported; use $parse."
  if (node.type === 'path') {
    yield* reserved(node.steps, sees)
    const [first, ...rest] = node.steps
    yield* unsupported(first, sees, top)
    for (const step of rest) yield* unsupported(step, sees, false)
    yield* unsupported(node.group, sees, false)
    return
  }
  for (const [member, value] of Object.entries(node)) {
    const inContext = ['predicate', 'stages', 'group', 'pattern', 'update', 'delete'].includes(member)
    yield* unsupported(value, sees, top && !inContext)
  }
}

function* reserved([first, second]: Node[], sees: Sees): Generator<string> {
  if (first?.type !== 'variable' || first.value !== 'states' || second?.type !== 'name') return
  const name = second.value
  if ((name === 'result' || name === 'errorOutput') && name !== sees) {
    yield `Reference to '$states.${name}' is not supported here.`
  }
}
