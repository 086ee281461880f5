import * as v from 'valibot'
import {
  architectures,
  atLeastOne,
  describe,
  duration,
  flag,
  instanceType,
  integer,
  listOf,
  matching,
  named,
  object,
  oneOf,
  reference,
  text,
} from './values.ts'

/** What must hold of a baked AMI before it leaves the build account: every check but that of the AMI itself is asked for. */

const mode = v.pipe(
  v.optional(oneOf(['required', 'advisory']), 'required'),
  describe('required: the image stops where it does not pass, and its descendants; advisory: people are told'),
)
const within = (usual: string, most: string) =>
  v.pipe(v.optional(duration('1m', most), usual), describe('How long it may take; then it has not passed'))

const Ami = object({
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

const most = (severity: string) =>
  v.pipe(v.exactOptional(integer(0, 10_000)), describe(`How many of severity ${severity} are tolerated; default: any`))

const Vulnerabilities = object({
  mode,
  timeout: within('2h', '24h'),
  critical: most('CRITICAL'),
  high: most('HIGH'),
  medium: most('MEDIUM'),
  low: most('LOW'),
  fixable: v.pipe(v.optional(flag, false), describe('Count only those for which there is a fix')),
  introduced: v.pipe(v.optional(flag, false), describe('Count only those that the parent image does not have')),
})

const Packages = object({
  mode,
  timeout: within('30m', '24h'),
  required: v.pipe(v.optional(listOf(text), []), describe('Names of packages that must be installed')),
  forbidden: v.pipe(v.optional(listOf(text), []), describe('Names of packages that must not be installed')),
})

const Smoke = object({
  mode,
  timeout: within('1h', '12h'),
  instanceTypes: v.pipe(
    v.exactOptional(atLeastOne(instanceType, 'instance type')),
    describe("An instance of each is launched from the AMI; default: the first of the image's infrastructure"),
  ),
  script: v.pipe(v.exactOptional(text), describe('A shell or PowerShell script, relative to this file')),
  document: v.pipe(v.exactOptional(text), describe('The name of an SSM command document, in place of a script')),
  parameters: v.pipe(
    v.exactOptional(v.record(text, v.string('text'), 'parameters by name')),
    describe("The document's parameters"),
  ),
})

const Custom = object({
  mode,
  // Lambda runs for fifteen minutes at the most, the function that asks it too.
  timeout: within('5m', '14m'),
  function: matching(
    /^arn:aws[^:]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/,
    'the ARN of a Lambda function',
  ),
  input: v.pipe(v.exactOptional(v.record(text, v.unknown(), 'a mapping')), describe('Handed to the function as it is')),
})

export const Checks = object({
  ami: v.pipe(v.optional(Ami, {}), describe("The AMI's own attributes, and how they moved since the previous release")),
  vulnerabilities: v.pipe(
    v.exactOptional(Vulnerabilities),
    describe("What Amazon Inspector found in the bake's scan (scanning: true)"),
  ),
  packages: v.pipe(v.exactOptional(Packages), describe('What is installed, as Image Builder lists it')),
  smoke: v.pipe(v.exactOptional(Smoke), describe('An instance is launched from the AMI, and a script run on it')),
  custom: v.pipe(v.exactOptional(named(Custom, 'check')), describe('Lambda functions that judge the AMI, by name')),
})

/** JavaScript takes 30 February for 2 March. */
const isDay = (day: string) => {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}

export const Waiver = object({
  owner: v.pipe(text, describe('Who answers for it')),
  reason: text,
  expires: v.pipe(
    matching(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2026-12-31'),
    v.check(isDay, 'a day of the calendar such as 2026-12-31'),
    describe('The last day on which it holds (UTC)'),
  ),
  images: v.pipe(v.exactOptional(atLeastOne(reference('an image'), 'image')), describe('Default: all of them')),
})

export type Checks = v.InferOutput<typeof Checks>
export type Waiver = v.InferOutput<typeof Waiver>
