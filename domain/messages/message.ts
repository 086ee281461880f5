/** One notification: a subject (ASCII, 100 characters at most, as SNS demands), a text, and what to filter by. */
export interface Message {
  subject: string
  body: string
  attributes: Record<string, string>
}

export type Severity = 'info' | 'warning' | 'error'

/** SNS refuses a subject over 100 characters, with line breaks, or not ASCII. Source: SNS API, Publish. */
export const subject = (text: string) => {
  const ascii = text.replace(/[^\x20-\x7e]+/g, ' ')
  return ascii.length <= 100 ? ascii : `${ascii.slice(0, 97)}...`
}

export const lines = (...parts: (string | string[] | undefined | false)[]) =>
  parts.flatMap((part) => (part === undefined || part === false ? [] : part)).join('\n')

export const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** `2d 3h`, `45m`, `30s`: the two largest units. */
export function duration(seconds: number): string {
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ]
  let rest = Math.round(seconds)
  const parts = units.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count > 0 ? [`${count}${unit}`] : []
  })
  return parts.slice(0, 2).join(' ') || '0s'
}

export const attributes = (kind: string, severity: Severity, more: Record<string, string>) => ({
  kind,
  severity,
  ...more,
})

/** `2026-12-18 00:00 UTC` */
export const utc = (time: string) => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
