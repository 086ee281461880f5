import { Lexer } from 'yaml'
import type { Layout } from '../render/layout.ts'
import { oneLine, unpainted, wrap } from '../render/text.ts'

/** What a comment of a fleet file leaves to do, with its line. What a script of a component says is none of it. */
export function todosIn(content: string): { line: number; text: string }[] {
  const todos: { line: number; text: string }[] = []
  let line = 1
  for (const token of new Lexer().lex(content)) {
    const [, text] = /^#\s*TODO\b:?\s*(.*)/.exec(token) ?? []
    if (text !== undefined) todos.push({ line, text })
    line += token.split('\n').length - 1
  }
  return todos
}

export const todoLines = (
  content: string,
  file: string,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
) =>
  todosIn(content).flatMap(({ line, text }) =>
    wrap(`${paint('yellow', '!')} ${file}:${line}: to do: ${oneLine(text)}`, width, '  '),
  )
