/** A schedule that EventBridge Scheduler would not take. The message completes "expected ...". */
export class ScheduleInvalid extends Error {
  override readonly name = 'ScheduleInvalid'
  /** Where in the expression: 0 is its first character. */
  readonly offset: number

  constructor(offset: number, expected: string) {
    super(expected)
    this.offset = offset
  }
}

/** A part of an expression, and where it begins in the whole. */
export interface Part {
  text: string
  offset: number
}

/** The parts between a separator; a part may be empty. */
export function split({ text, offset }: Part, separator: string): Part[] {
  let at = offset
  return text.split(separator).map((part) => {
    const found = { text: part, offset: at }
    at += part.length + separator.length
    return found
  })
}
