import { isDenied } from '../../aws/errors.ts'

/** What there is to say of an image in AWS, each in a sentence that goes on after the image's name. */
export interface Findings {
  /** What stops its deploy or its next campaign, with what to do. */
  problems: string[]
  /** What to know. */
  warnings: string[]
  /** What the caller may not look at. */
  unchecked: Unchecked[]
}

export interface Unchecked {
  /** Such as `its execution role`. */
  what: string
  /** The action that it takes, where AWS says which; otherwise AWS's words. */
  needs: string
}

/** Looks at something. What the caller may not read is said, with the permission that it takes, and never passed over. */
export async function lookingAt(what: string, { unchecked }: Findings, look: () => Promise<void>): Promise<void> {
  try {
    await look()
  } catch (error) {
    if (!(error instanceof Error) || !isDenied(error)) throw error
    unchecked.push({ what, needs: deniedAction(error) })
  }
}

export const deniedAction = ({ message }: Error): string =>
  message.match(/not authorized to perform: ([\w-]+:\w+)/)?.[1] ?? message

export const uncheckedText = ({ what, needs }: Unchecked): string => `${what} could not be checked: that takes ${needs}`
