import * as v from 'valibot'
import { otherEncoding } from './fleet/encoding.ts'
import type { Fleet, Image } from './fleet/model.ts'
import { type FleetProblem, type Path, show, wrongKey, wrongValue } from './fleet/problems.ts'
import { isArm, rooted } from './fleet/rules/images.ts'
import type { Rule, Scope } from './fleet/rules/scope.ts'
import {
  architectures,
  atLeastOne,
  describe,
  duration,
  fileOfFleet,
  flag,
  instanceType,
  integer,
  listOf,
  matching,
  named,
  object,
  oneOf,
  text,
} from './fleet/values.ts'
import { rootVolumeOf } from './fleet/volumes.ts'
import { resourceName } from './names.ts'

/**
 * Every kind of check, column by column: what fleet.yaml says of it, what it takes, and what is ordered of it. How it is
 * made is in functions/run-check/check-steps.ts, what it may do and which event it waits for in infra/check-kinds.ts.
 * The columns are constants of their own, and the schemas a function, so that a bundle has only those that it uses.
 */
export type CheckKind = keyof ReturnType<typeof checkSchemas>

/** The key of an image's `checks` for each kind: every check but that of the AMI itself is asked for. */
export function checkSchemas() {
  const mode = v.pipe(
    v.optional(oneOf(['required', 'advisory']), 'required'),
    describe('required: the image stops where it does not pass, and its descendants; advisory: people are notified'),
  )
  const within = (usual: string, most: string) =>
    v.pipe(v.optional(duration('1m', most), usual), describe('How long it may take; then it has not passed'))
  const most = (severity: string) =>
    v.pipe(
      v.exactOptional(integer(0, 10_000)),
      describe(`How many of severity ${severity} are tolerated; default: any`),
    )

  const ami = object({
    mode,
    architecture: v.pipe(v.exactOptional(oneOf(architectures)), describe("Default: the upstream's")),
    bootMode: v.exactOptional(oneOf(['uefi', 'uefi-preferred', 'legacy-bios'])),
    imdsv2: v.pipe(v.optional(flag, true), describe('The AMI must demand IMDSv2')),
    encrypted: v.pipe(v.optional(flag, true), describe('Every snapshot must be encrypted')),
    maxRootSize: v.pipe(v.exactOptional(integer(1, 16000, ' (GiB)')), describe('GiB')),
    tags: v.pipe(v.optional(listOf(text), []), describe('Keys of tags that must be on the AMI')),
    maxGrowth: v.pipe(
      v.exactOptional(integer(0, 16000, ' (GiB)')),
      describe('GiB that all volumes together may have grown since the previous release'),
    ),
  })
  const vulnerabilities = object({
    mode,
    timeout: within('2h', '24h'),
    critical: most('CRITICAL'),
    high: most('HIGH'),
    medium: most('MEDIUM'),
    low: most('LOW'),
    fixable: v.pipe(v.optional(flag, false), describe('Count only those for which there is a fix')),
    introduced: v.pipe(v.optional(flag, false), describe('Count only those that the parent image does not have')),
  })
  const packages = object({
    mode,
    timeout: within('30m', '24h'),
    required: v.pipe(v.optional(listOf(text), []), describe('Names of packages that must be installed')),
    forbidden: v.pipe(v.optional(listOf(text), []), describe('Names of packages that must not be installed')),
  })
  const smoke = object({
    mode,
    timeout: within('1h', '12h'),
    instanceTypes: v.pipe(
      v.exactOptional(atLeastOne(instanceType, 'instance type')),
      describe("An instance of each is launched from the AMI; default: the first of the image's infrastructure"),
    ),
    script: v.pipe(v.exactOptional(fileOfFleet), describe('A shell or PowerShell script, relative to this file')),
    document: v.pipe(v.exactOptional(text), describe('The name of an SSM command document, in place of a script')),
    parameters: v.pipe(
      v.exactOptional(v.record(text, v.string('text'), 'parameters by name')),
      describe("The document's parameters"),
    ),
  })
  const custom = object({
    mode,
    // Lambda runs for fifteen minutes at the most, the function that asks it too.
    timeout: within('5m', '14m'),
    function: matching(
      /^arn:aws[^:]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/,
      'the ARN of a Lambda function',
    ),
    input: v.pipe(
      v.exactOptional(v.record(text, v.unknown(), 'a mapping')),
      describe('Handed to the function as it is'),
    ),
  })
  return {
    ami: v.pipe(
      v.optional(ami, {}),
      describe("The AMI's own attributes, and how they moved since the previous release"),
    ),
    vulnerabilities: v.pipe(
      v.exactOptional(vulnerabilities),
      describe("What Amazon Inspector found in the bake's scan (scanning: true)"),
    ),
    packages: v.pipe(v.exactOptional(packages), describe('What is installed, as Image Builder lists it')),
    smoke: v.pipe(v.exactOptional(smoke), describe('An instance is launched from the AMI, and a script run on it')),
    custom: v.pipe(v.exactOptional(named(custom, 'check')), describe('Lambda functions that judge the AMI, by name')),
  }
}

/** What an image asks for of one kind. */
export type Asked<K extends CheckKind> = NonNullable<Image['checks'][K]>

type Settings<T> = Omit<T, 'mode' | 'timeout'>

/** One vulnerability that somebody answers for. */
export interface Waived {
  owner: string
  reason: string
  /** The last day on which it holds, UTC: `2026-12-31`. */
  expires: string
}

/** What one check of each kind holds an AMI against. */
export interface CheckSettings {
  ami: Settings<Asked<'ami'>> & {
    /** As the fleet names it: a volume of another name is a second one, and the root stays as the parent has it. */
    rootDevice?: string
  }
  vulnerabilities: Settings<Asked<'vulnerabilities'>> & {
    waivers: Record<string, Waived>
    /** Where only what it introduced counts: its parent image, which has findings of its own. */
    parent: string
  }
  packages: Settings<Asked<'packages'>>
  smoke: { instanceType: string; document: string; parameters: Record<string, string> }
  custom: Settings<Asked<'custom'>[string]>
}

/** One check of one image, as it was when the campaign was planned; of one kind, where that is known. */
export type CheckOrder<K extends CheckKind = CheckKind> = {
  [P in K]: {
    /** `ami`, `smoke m7i.large`, `custom licences`: the name under which its evidence is kept. */
    check: string
    kind: P
    mode: 'required' | 'advisory'
    /** Seconds after which it has not passed. */
    timeout: number
    /** Seconds to wait for an event before looking by itself. */
    lookAfter: number
    settings: CheckSettings[P]
  }
}[K]

interface CheckSubject {
  fleet: Fleet
  /** The image's. */
  name: string
  image: Image
}

/** The AMI itself is looked at in seconds, where EC2 shows it at once; else it is looked for every minute. */
const amiTimeout = 900
const amiLookAfter = 60

/** A quarter of an hour: an event that is lost costs no more. */
const pollAfter = 900

/** The checks that are made of what an image asks for of each kind. */
export const checkOrders: { [K in CheckKind]: (asked: Asked<K>, subject: CheckSubject) => CheckOrder<K>[] } = {
  ami: ({ mode, ...asked }, { fleet, name }) => {
    const rootDevice = rootVolumeOf(fleet, name)?.device
    const settings = rootDevice === undefined ? asked : { ...asked, rootDevice }
    return [ordered('ami', 'ami', { mode, timeout: amiTimeout }, settings, amiLookAfter)]
  },
  vulnerabilities: ({ mode, timeout, ...asked }, { fleet, name, image }) => {
    const settings = { ...asked, waivers: waiversOf(fleet, name), parent: image.parent }
    return [ordered('vulnerabilities', 'vulnerabilities', { mode, timeout }, settings)]
  },
  packages: ({ mode, timeout, ...settings }) => [ordered('packages', 'packages', { mode, timeout }, settings)],
  smoke: ({ document, parameters = {}, ...asked }, { fleet, name, image }) =>
    (asked.instanceTypes ?? firstInstanceType(fleet, image)).map((instanceType) =>
      ordered('smoke', `smoke ${instanceType}`, asked, {
        instanceType,
        document: document ?? smokeDocument(fleet.name, name),
        parameters,
      }),
    ),
  custom: (asked) =>
    Object.entries(asked).map(([key, check]) => {
      const { mode, timeout, ...settings } = check
      // The function is asked once, and has its whole time.
      return ordered('custom', `custom ${key}`, { mode, timeout }, settings, timeout + 60)
    }),
}

function ordered<K extends CheckKind>(
  kind: K,
  check: string,
  { mode, timeout }: Pick<CheckOrder, 'mode' | 'timeout'>,
  settings: CheckSettings[K],
  after = Math.min(timeout, pollAfter),
): CheckOrder<K> {
  return { check, kind, mode, timeout, lookAfter: after, settings }
}

const waivedOf = ({ owner, reason, expires }: Waived): Waived => ({ owner, reason, expires })

function waiversOf({ waivers }: Fleet, image: string): Record<string, Waived> {
  const holds = Object.entries(waivers).filter(([, waiver]) => waiver.images?.includes(image) ?? true)
  return Object.fromEntries(holds.map(([cve, waiver]) => [cve, waivedOf(waiver)]))
}

const firstInstanceType = ({ infrastructure }: Fleet, image: Image): string[] =>
  infrastructure[image.infrastructure ?? '']?.instanceTypes.slice(0, 1) ?? []

/** The command document that a smoke test's script becomes. */
export const smokeDocument = (fleet: string, image: string) => resourceName(fleet, `smoke-${image}`)

/** What a pipeline must have on for a check of each kind to have something to look at. */
export const checkNeeds: Record<CheckKind, readonly ('scanning' | 'tests' | 'enhanced image metadata')[]> = {
  ami: [],
  vulnerabilities: ['scanning', 'tests'],
  packages: ['enhanced image metadata'],
  smoke: [],
  custom: [],
}

const path = (image: string, ...rest: string[]): Path => ['images', image, 'checks', ...rest]

const each = (scope: Scope, look: (key: string, image: Image) => FleetProblem[]): FleetProblem[] =>
  Object.entries(scope.fleet.images).flatMap(([key, image]) => look(key, image))

/** Whether Image Builder scans the image, as far as the fleet can tell: a pipeline that was there before may. */
const mayBeScanned = ({ pipeline, scanning, tests }: Image) => pipeline !== undefined || (scanning && tests)

/**
 * Image Builder scans the test instance.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/image-inspect-findings.html
 */
const scanned: Rule = (scope) =>
  each(scope, (key, image) => {
    const { vulnerabilities } = image.checks
    if (!vulnerabilities) return []
    const at = path(key, 'vulnerabilities')
    const { critical, high, medium, low, introduced } = vulnerabilities
    const findings: FleetProblem[] = []
    if (!mayBeScanned(image))
      findings.push(wrongKey(at, "expected 'scanning: true' and tests: a scan looks at the test instance"))
    if ([critical, high, medium, low].every((most) => most === undefined))
      findings.push(
        wrongKey(at, "expected how many are tolerated: at least one of 'critical', 'high', 'medium' and 'low'"),
      )
    if (introduced && !hasFindings(scope.fleet, image.parent))
      findings.push(
        wrongValue(
          [...at, 'introduced'],
          `expected a parent that is an image with 'scanning: true': nobody knows what ${show(image.parent)} has`,
        ),
      )
    return findings
  })

const hasFindings = (fleet: Fleet, parent: string) => {
  const image = Object.hasOwn(fleet.images, parent) ? fleet.images[parent] : undefined
  return image !== undefined && mayBeScanned(image)
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html */
const longestParameter = 512

/**
 * The documents of smoke tests have the fleet's name, and AWS keeps some names to itself.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
 */
const smokeNames: Rule = ({ fleet }) =>
  /^(amazon|amzn)/.test(fleet.name) && Object.values(fleet.images).some(({ checks }) => checks.smoke)
    ? [
        wrongValue(
          ['name'],
          `expected a name that does not begin with 'amazon' or 'amzn', as Systems Manager keeps those to AWS, found ${show(fleet.name)}`,
        ),
      ]
    : []

/** A smoke test runs one thing, on instances that can run the AMI. */
const smokeTests: Rule = (scope) =>
  each(scope, (key, image) => {
    const { smoke } = image.checks
    if (!smoke) return []
    const at = path(key, 'smoke')
    const findings: FleetProblem[] = []
    const ways = (['script', 'document'] as const).filter((way) => smoke[way] !== undefined)
    if (ways.length !== 1)
      findings.push(wrongKey(at, `expected 'script' or 'document', found ${ways.join(' and ') || 'neither'}`))
    if (smoke.script !== undefined && smoke.parameters)
      findings.push(wrongKey([...at, 'parameters'], 'expected no parameters: a script has none, a document has'))
    const given = JSON.stringify(smoke.parameters ?? {}).length
    if (given > longestParameter)
      findings.push(
        wrongKey(
          [...at, 'parameters'],
          `expected ${longestParameter} characters at most, written as JSON, found ${given}: Systems Manager takes no more`,
        ),
      )
    const unreadable =
      smoke.script !== undefined && scope.read && unreadableScript(smoke.script, scope.read(smoke.script))
    if (unreadable) findings.push(wrongValue([...at, 'script'], unreadable))
    if (!smoke.instanceTypes && image.pipeline)
      findings.push(wrongKey(at, "expected 'instanceTypes': the fleet does not say what bakes this image"))
    if (rooted(scope.fleet).includes(key)) {
      const { architecture } = image.checks.ami
      const odd = smoke.instanceTypes?.findIndex((type) => isArm(type) !== (architecture === 'arm64')) ?? -1
      if (odd >= 0)
        findings.push(
          wrongValue(
            [...at, 'instanceTypes', odd],
            `expected an instance type for ${architecture}, as the AMI is, found ${smoke.instanceTypes?.[odd]}`,
          ),
        )
    }
    return findings
  })

function unreadableScript(path: string, script: string | undefined): string | undefined {
  if (script === undefined) return `expected a script, found no file ${show(path)}`
  const encoding = otherEncoding(script)?.message
  return encoding && `in ${path}, ${encoding}`
}

/** One package cannot be both. */
const packageLists: Rule = (scope) =>
  each(scope, (key, { checks }) =>
    (checks.packages?.forbidden ?? []).flatMap((name, i) =>
      checks.packages?.required.includes(name)
        ? [
            wrongValue(
              [...path(key, 'packages', 'forbidden'), i],
              `expected a package that is not required too, found ${show(name)}`,
            ),
          ]
        : [],
    ),
  )

/** What the parts of a fleet must be for each kind. */
export const checkRules: Record<CheckKind, Rule[]> = {
  ami: [],
  vulnerabilities: [scanned],
  packages: [packageLists],
  smoke: [smokeNames, smokeTests],
  custom: [],
}
