/** What is not right in the text of a file, and at which character. */
export interface Torn {
  offset: number
  message: string
}

/**
 * What a text is that was read as UTF-8 and is not, or begins with a byte order mark: a component and a script would have the mark at
 * their beginning. No page on AWSTOE or Systems Manager says that it takes one, and before `#!` it hides which shell is meant.
 */
export function otherEncoding(text: string): Torn | undefined {
  if (text.startsWith('\uFEFF'))
    return { offset: 0, message: 'expected UTF-8 without a byte order mark, found one: save it as UTF-8' }
  // UTF-16 has a NUL in each letter of English; what is no UTF-8 at all becomes U+FFFD.
  const offset = text.search(/[\0\uFFFD]/)
  return offset < 0 ? undefined : { offset, message: 'expected UTF-8, found another encoding: save it as UTF-8' }
}
