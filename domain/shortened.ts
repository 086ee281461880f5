/**
 * How long the text of an error may be, in bytes of UTF-8 as JSON. Step Functions takes causes of 32,768 characters, and what Lambda makes
 * of an error has its text twice. https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
 */
export const longestMessage = 7_500

const encoder = new TextEncoder()
const bytesOf = (text: string): number => encoder.encode(JSON.stringify(text)).length - 2

/** A text of so many bytes at most, as JSON in UTF-8: its beginning, with whole characters, and `…` where more came. */
export function shortened(text: string, most: number = longestMessage): string {
  // Nothing takes more than six bytes a unit.
  if (text.length * 6 <= most || bytesOf(text) <= most) return text
  const kept: string[] = []
  let left = most - bytesOf('…')
  for (const character of text) {
    left -= bytesOf(character)
    if (left < 0) break
    kept.push(character)
  }
  return `${kept.join('')}…`
}
