import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/*
 * Words that were given up, each with the one that stands for it: docs/glossary.md has those that are used. Nothing in the repository
 * says or names anything by them, but for what the exceptions name.
 */
const givenUp: Record<string, string> = {
  'told|retold': 'notified, reported, or say who does it',
  whoever: 'anybody who, the caller, the user',
  'mend(s|ed|ing)?': 'fix',
  anew: 'again',
  'such a one': 'that AMI, one of those',
  '(comes|came) to nothing': 'failed, had no effect',
  'to be had': 'unavailable',
  'by hand': 'manually',
  'stands? in the way': 'blocks',
  'meddl(e|ing)': 'inject faults',
  'standIn|StandIn|stand-in': 'emulator, AwsEndpoint',
  'imitat(e|es|ed|ing|ion|ions)': 'emulate',
  '[iI]magined|[iI]magineOrganization': 'simulated',
  'happenings?|Happenings?': 'event, scenario',
  'deeds?|Deeds?': 'action',
  'NotOpen|LookAgain': 'OutsideChangeWindow, CheckAgain',
  'claim-image|ClaimImage|claimImage|resume-wait|ResumeWait|resumeWait': 'acquire-lock, complete-wait',
  'hourly-look|turn-too-long|OldestTurn|ClaimsWaiting':
    'reconcile-missing, lock-held-too-long, OldestLock, LockRequestsWaiting',
  'judgeClaim|takeRelease|passIfOpen|mustBeQuiet|mustHoldRollOut|mustBeApproved|lookAtX|tellTargets|travelling':
    'see the glossary',
  '(claiming|closing|waiting|starting|release|upstream)Parts|(Claiming|Closing|Waiting|Release|Upstream)Parts': 'deps',
  'Claim Image|Take Turn|Await Opening|Await Ring|Await Quota|Await Copy Quota|Is It Worth (Another Try|Copying Again)|Let Targets Recover|Ship and Descend|Stop the Roll Out|Stop Ring|Stop Checks|Let the Children End|Did It Roll Out|Is It Superseded|Fail Rebake|Is It Time|Announce the Wait|Wait to Begin|Let It Settle|Withdraw Everywhere|Is All of It Done|Leave the Place|Go On|Fail Revocation|Did Publications End|Let Publications End':
    'the names in domain/state-names.ts',
}

/** Where a word may stand: this list; and attributes of the ledger, which never change. */
const exceptions: [file: RegExp, line: RegExp][] = [
  [/^test\/docs\/vocabulary\.test\.ts$/, /./],
  [/^(domain\/locks|ledger\/|functions\/|test\/|docs\/(internals\/ledger|decisions))/, /\btold\b/],
  // A label of what is drawn by chance: another label, other rehearsals.
  [/^emulator\/world\/world\.ts$/, /fork\('stand-in'\)/],
]

it('has none of the words that were given up', () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => /\.(ts|md|ya?ml|json|grit|mjs)$/.test(file) && !/package-lock\.json$/.test(file))
  const words = Object.keys(givenUp).map((word) => new RegExp(`(?<![\\w#])(?:${word})(?![\\w])`))
  const left = files.flatMap((file) =>
    readIfThere(file)
      .split('\n')
      .flatMap((line, at) => {
        const word = words.find((each) => each.test(line))
        const excepted = exceptions.some(([of, where]) => of.test(file) && where.test(line))
        return word && !excepted ? [`${file}:${at + 1}: ${line.trim()} (${word.source})`] : []
      }),
  )
  expect(left).toEqual([])
})

/** A file that is removed and not yet committed is still listed. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
