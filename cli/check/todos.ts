import { Lexer } from 'yaml'
import type { Layout } from '../render/layout.ts'
import { oneLine, unpainted, wrap } from '../render/text.ts'

interface Todo {
  line: number
  text: string
}

/** What comments of a fleet file leave to do. What a script of a component says is none of it. */
export function todosIn(content: string): Todo[] {
  const todos: Todo[] = []
  let line = 1
  for (const token of new Lexer().lex(content)) {
    const [, text] = /^#\s*TODO\b:?\s*(.*)/.exec(token) ?? []
    if (text !== undefined) todos.push({ line, text })
    line += token.split('\n').length - 1
  }
  return todos
}

export const todoLines = (
  todos: readonly Todo[],
  file: string,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] =>
  todos.flatMap(({ line, text }) =>
    wrap(`${paint('yellow', '!')} ${file}:${line}: to do: ${oneLine(text)}`, width, '  '),
  )
