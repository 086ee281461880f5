/** ISO 8601 as Step Functions writes it: a zero fraction is left out (input-output-contextobject.html). */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/** RFC 3339 as Wait's Timestamp takes it, in epoch milliseconds; undefined when it is none. */
export function parseTimestamp(text: string): number | undefined {
  const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/
  const time = rfc3339.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
