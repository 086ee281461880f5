import type { Ring } from '../model.ts'
import { didYouMean, type FleetProblem, show, wrongKey, wrongValue } from '../problems.ts'
import { placeholders } from './rings.ts'
import type { Rule } from './scope.ts'

/** Which accounts a ring reaches, and what it takes to reach them. */

const eachRing = (rings: Record<string, Ring>, look: (name: string, ring: Ring) => FleetProblem[]): FleetProblem[] =>
  Object.entries(rings).flatMap(([name, ring]) => look(name, ring))

const isOpen = ({ organization, organizationalUnits }: Ring) => organization || organizationalUnits.length > 0

/** A ring has targets; whose accounts nobody lists are the organization's, which the fleet names. */
export const reach: Rule = ({ fleet }) =>
  eachRing(fleet.rings, (name, ring) => {
    const path = ['rings', name]
    const { accounts, organizationalUnits, organization, except } = ring
    if (accounts.length === 0 && !isOpen(ring))
      return [wrongKey(path, "expected 'accounts', 'organizationalUnits' or 'organization: true', found none")]
    const findings: FleetProblem[] = []
    if (isOpen(ring) && !fleet.organization) {
      const key = organization ? 'organization' : 'organizationalUnits'
      findings.push(wrongKey([...path, key], "expected the fleet's 'organization' beside it: whose accounts these are"))
    }
    if (organization && organizationalUnits.length > 0)
      findings.push(wrongKey([...path, 'organizationalUnits'], "expected none: 'organization: true' has all of them"))
    if (except.length > 0 && !isOpen(ring))
      findings.push(wrongKey([...path, 'except'], 'expected it where accounts are not listed one by one'))
    except.forEach((account, i) => {
      if (accounts.includes(account))
        findings.push(
          wrongValue([...path, 'except', i], `expected an account that the ring does not list, found ${account}`),
        )
    })
    return [...findings, ...twice(fleet.rings, name, ring)]
  })

/** The whole organization has the accounts of the rings before it, too. */
function twice(rings: Record<string, Ring>, name: string, ring: Ring): FleetProblem[] {
  if (!ring.organization) return []
  return Object.entries(rings).flatMap(([other, its]) => {
    const missed = other === name ? [] : its.accounts.filter((account) => !ring.except.includes(account))
    return missed.length > 0
      ? [
          wrongKey(
            ['rings', name, 'organization'],
            `expected 'except' to leave out ${missed.join(', ')} of ring ${show(other)}: an account is in one ring only`,
          ),
        ]
      : []
  })
}

/** What is shared belongs to the build account, and so does its key. */
export const shares: Rule = ({ fleet }) =>
  eachRing(fleet.rings, (name, ring) => {
    if (ring.mode !== 'share') return []
    const path = ['rings', name]
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
    const tagged =
      Object.keys(ring.tags).length > 0
        ? [wrongKey([...path, 'tags'], 'expected none: the tags of a shared AMI are seen by its owner only')]
        : []
    const foreign = Object.entries(ring.kmsKeys ?? {})
      .filter(([, arn]) => arn.split(':')[4] !== fleet.build.account)
      .map(([region, arn]) =>
        wrongValue(
          [...path, 'kmsKeys', region],
          `expected a key of the build account ${fleet.build.account}, which owns what is shared, found one of ${arn.split(':')[4]}`,
        ),
      )
    return [...tagged, ...foreign]
  })

/** Rebake can ask an alarm in the build account, and in the accounts where it has a role. */
export const alarms: Rule = ({ fleet }) =>
  eachRing(fleet.rings, (name, ring) => {
    const account = ring.alarm?.split(':')[4]
    if (!account || account === fleet.build.account || ring.accounts.includes(account) || isOpen(ring)) return []
    return [
      wrongValue(
        ['rings', name, 'alarm'],
        `expected an alarm of the build account or of an account of this ring, found one of ${account}`,
      ),
    ]
  })

/** The ARN of a role's session has the name of the role and not its path. */
export const approvers: Rule = ({ fleet }) =>
  eachRing(fleet.rings, (name, { approval }) =>
    (approval?.approvers ?? []).flatMap((approver, i) =>
      /:role\/.*\/[^/]*\*[^/]*$/.test(approver)
        ? [
            wrongValue(
              ['rings', name, 'approval', 'approvers', i],
              `expected a role without its path where its name has a *, as the sessions of a role do not tell its path, found ${show(approver)}`,
            ),
          ]
        : [],
    ),
  )

export const templates: Rule = ({ fleet }) =>
  eachRing(fleet.rings, (name, ring) =>
    ring.launchTemplates.flatMap((template, i) => {
      const unknown = [...template.name.matchAll(/\{[^{}]*\}/g)].find(([whole]) => !placeholders.includes(whole))
      return unknown
        ? [
            wrongValue(
              ['rings', name, 'launchTemplates', i],
              `expected no placeholders but ${placeholders.join(', ')}, found ${show(unknown[0])}${didYouMean(unknown[0], placeholders)}`,
            ),
          ]
        : []
    }),
  )
