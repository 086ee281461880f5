/**
 * Seconds as people say them: '45s', '12m', '2h', '2h 05m', '1d 2h 05m'. Minutes are rounded; seconds show only
 * under one.
 */
export function duration(seconds: number): string {
  if (seconds < 59.5) return `${Math.round(Math.max(0, seconds))}s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60 === 0 ? '' : ` ${String(minutes % 60).padStart(2, '0')}m`
  if (hours < 24) return `${hours}h${rest}`
  const days = `${Math.floor(hours / 24)}d`
  return rest === '' && hours % 24 === 0 ? days : `${days} ${hours % 24}h${rest}`
}

/** A virtual instant (epoch milliseconds) as '2026-09-01 06:45:12', UTC. */
export const instant = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')

/** An ISO 8601 time as '2026-09-10 09:00', UTC. */
export const minute = (time: string) => instant(Date.parse(time)).slice(0, 16)

/** Seconds between two ISO 8601 times; undefined while one is missing. */
export const secondsBetween = (from: string | null, to: string | null) =>
  from && to ? (Date.parse(to) - Date.parse(from)) / 1000 : undefined
