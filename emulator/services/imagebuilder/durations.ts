import type { Phase } from './images.ts'

/** Seconds that each phase of a build typically takes; forty minutes in all. */
const build: Record<Phase, number> = {
  PENDING: 10,
  CREATING: 90,
  BUILDING: 1500,
  TESTING: 600,
  DISTRIBUTING: 150,
  INTEGRATING: 50,
}

const distribution = { PENDING: 10, DISTRIBUTING: 420, INTEGRATING: 30 }

export type Durations = Partial<Record<Phase, number>>

export const typicalOf = (kind: 'build' | 'distribution'): Durations => (kind === 'build' ? build : distribution)

/** The phases of a build that takes so many seconds in all, with or without tests. */
export function phasesOf(totalSeconds: number, tests = true): Durations {
  const phases = Object.entries(build).filter(([phase]) => tests || phase !== 'TESTING')
  const typical = phases.reduce((sum, [, seconds]) => sum + seconds, 0)
  return Object.fromEntries(phases.map(([phase, seconds]) => [phase, (seconds * totalSeconds) / typical]))
}
