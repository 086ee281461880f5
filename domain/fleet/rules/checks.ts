import type { Fleet, Image } from '../model.ts'
import { type Finding, type Path, show, wrongKey, wrongValue } from '../problems.ts'
import { isArm, rooted } from './images.ts'
import type { Rule, Scope } from './scope.ts'

const path = (image: string, ...rest: string[]): Path => ['images', image, 'checks', ...rest]

const each = (scope: Scope, look: (key: string, image: Image) => Finding[]): Finding[] =>
  Object.entries(scope.fleet.images).flatMap(([key, image]) => look(key, image))

/** Whether Image Builder scans the image, as far as the fleet can tell: a pipeline that was there before may. */
const mayBeScanned = ({ pipeline, scanning, tests }: Image) => pipeline !== undefined || (scanning && tests)

/**
 * Image Builder scans the test instance.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/image-inspect-findings.html
 */
export const scanned: Rule = (scope) =>
  each(scope, (key, image) => {
    const { vulnerabilities } = image.checks
    if (!vulnerabilities) return []
    const at = path(key, 'vulnerabilities')
    const { critical, high, medium, low, introduced } = vulnerabilities
    const findings: Finding[] = []
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
export const smokeNames: Rule = ({ fleet }) =>
  /^(amazon|amzn)/.test(fleet.name) && Object.values(fleet.images).some(({ checks }) => checks.smoke)
    ? [
        wrongValue(
          ['name'],
          `expected a name that does not begin with 'amazon' or 'amzn', as Systems Manager keeps those to AWS, found ${show(fleet.name)}`,
        ),
      ]
    : []

/** A smoke test runs one thing, on instances that can run the AMI. */
export const smokeTests: Rule = (scope) =>
  each(scope, (key, image) => {
    const { smoke } = image.checks
    if (!smoke) return []
    const at = path(key, 'smoke')
    const findings: Finding[] = []
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
    if (smoke.script !== undefined && scope.read && scope.read(smoke.script) === undefined)
      findings.push(wrongValue([...at, 'script'], `expected a script, found no file ${show(smoke.script)}`))
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

/** One package cannot be both. */
export const packageLists: Rule = (scope) =>
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
