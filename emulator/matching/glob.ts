const patterns = new Map<string, RegExp>()
const wild = /[*?]/

/** Whether IAM's pattern (`*` any text, `?` one character) is the whole of a value. */
export function glob(pattern: string, value: string, flags: '' | 'i' = ''): boolean {
  if (flags === '' && !wild.test(pattern)) return pattern === value
  const key = `${flags} ${pattern}`
  let expression = patterns.get(key)
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    expression = new RegExp(`^${source}$`, `s${flags}`)
    patterns.set(key, expression)
  }
  return expression.test(value)
}
