import type { Fleet } from '../domain/fleet/model.ts'
import { Random } from '../emulator/index.ts'
import type { PlannedRelease } from './releases.ts'

const daySeconds = 86_400

/**
 * What all upstreams release in a stretch of time, by the seed: each something new after one to three weeks, at any
 * time of the day. In the order of time.
 *
 * @param start epoch milliseconds
 * @param seconds how long
 */
export function releaseStream(fleet: Fleet, seed: number | string, start: number, seconds: number): PlannedRelease[] {
  const releases = Object.keys(fleet.upstreams).flatMap((upstream) => {
    const chance = new Random(seed).fork(`stream/${upstream}`)
    const gap = () => chance.integer(7 * daySeconds, 21 * daySeconds)
    // The stretch begins somewhere between two releases.
    const times: number[] = []
    for (let at = Math.floor(gap() * chance.next()); at < seconds; at += gap()) times.push(start + at * 1000)
    return times.map((time) => ({ upstream, time: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z') }))
  })
  return releases.sort((a, b) => a.time.localeCompare(b.time) || a.upstream.localeCompare(b.upstream))
}
