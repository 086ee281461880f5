/** How the version of a command stands to that of the Rebake that deployed the fleet. */
export type Skew = 'same' | 'newer' | 'older' | 'apart' | 'unknown'

/** What each means to a command. */
export const skews: Record<Skew, { mayWrite: boolean; isWarning: boolean }> = {
  /** Equal, or another patch. */
  same: { mayWrite: true, isWarning: false },
  /** The command is of a newer minor version: a deploy is due. */
  newer: { mayWrite: true, isWarning: false },
  /** The command is of an older minor version: it may not know all that it sees. */
  older: { mayWrite: true, isWarning: true },
  /** Another major version. */
  apart: { mayWrite: false, isWarning: true },
  /** Deployed before versions were recorded. */
  unknown: { mayWrite: true, isWarning: true },
}

/** @param deployed undefined where the deployment does not say */
export function skewOf(here: string, deployed: string | undefined): Skew {
  if (deployed === undefined) return 'unknown'
  const [ours, theirs] = [numbersOf(here), numbersOf(deployed)]
  if (ours[0] !== theirs[0]) return 'apart'
  return ours[1] === theirs[1] ? 'same' : ours[1] > theirs[1] ? 'newer' : 'older'
}

/** Whether a version is below another, patches too. What comes behind a dash (`1.0.0-beta.1`) is not looked at. */
export function isBelow(version: string, other: string): boolean {
  const [ours, theirs] = [numbersOf(version), numbersOf(other)]
  const at = ours.findIndex((number, index) => number !== theirs[index])
  return at !== -1 && (ours[at] ?? 0) < (theirs[at] ?? 0)
}

function numbersOf(version: string): [major: number, minor: number, patch: number] {
  const [major = 0, minor = 0, patch = 0] = version
    .replace(/[-+].*$/, '')
    .split('.')
    .map(Number)
  return [major, minor, patch]
}
