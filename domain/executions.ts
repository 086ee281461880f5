import { createHash } from 'node:crypto'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Step Functions allows 80 characters of [A-Za-z0-9-_] here; what is longer keeps its start and gets a hash. */
export const shorten = (name: string) =>
  name.length <= 80 ? name : `${name.slice(0, 80 - 13)}-${sha256(name).slice(0, 12)}`

/** The execution that rebakes one image in one campaign. */
export const rebakeName = (campaign: string, image: string) => shorten(`${campaign}-${image}`)

/** A client token (64 characters at most) for one action: a repeated request is the same request. */
export const clientToken = (...action: string[]) => sha256(action.join('\n'))
