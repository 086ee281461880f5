import { createHash } from 'node:crypto'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Step Functions allows 80 characters of [A-Za-z0-9-_] here; what is longer keeps its start and gets a hash. */
export const shorten = (name: string) =>
  name.length <= 80 ? name : `${name.slice(0, 80 - 13)}-${sha256(name).slice(0, 12)}`

/** `20260909T160000Z` */
export const compactTime = (time: string) => new Date(time).toISOString().replace(/\.\d+|[-:]/g, '')

/** The execution of what a person does to releases: the same again, of the same time, starts nothing. */
export const operationName = (verb: string, what: string, time: string) =>
  shorten(`${verb}-${what}-${compactTime(time)}`)

/** The execution that rebakes one image in one campaign. */
export const rebakeName = (campaign: string, image: string) => shorten(`${campaign}-${image}`)

/** A client token (64 characters at most) for one action: a repeated request is the same request. */
export const clientToken = (...action: string[]) => sha256(action.join('\n'))
