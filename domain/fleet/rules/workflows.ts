import type { Image, Workflow } from '../model.ts'
import { didYouMean, type FleetProblem, type Path, show, wrongKey, wrongValue } from '../problems.ts'
import { inspect } from '../structure.ts'
import { type ParameterType, parameterTypes } from '../workflow-actions.ts'
import { noDistribution, typeOfWorkflow } from '../workflows.ts'
import type { Rule, Scope } from './scope.ts'

/** Where a workflow's steps come from: one place, in a region that pipelines can reach. */
export const workflowSources: Rule = ({ fleet, region }) =>
  Object.entries(fleet.workflows).flatMap(([key, workflow]) => {
    const path = ['workflows', key]
    if ('arn' in workflow) return sharedSource(workflow.arn, [...path, 'arn'], region)
    const given = ['file', 'document'].filter((name) => Object.hasOwn(workflow, name))
    if (given.length === 1) return []
    return [wrongKey(path, `expected 'file', 'document' or 'arn', found ${given.join(' and ') || 'none of them'}`)]
  })

const sharedSource = (arn: string, path: Path, region: string | undefined): FleetProblem[] => {
  const [, , , found, owner = ''] = arn.split(':')
  if (typeOfWorkflow({ arn }) === 'distribution')
    return [wrongValue(path, `expected a workflow of type build or test: ${noDistribution}`)]
  if (region && found !== region)
    return [wrongValue(path, `expected a workflow in the build region ${region}, found one in ${found}`)]
  // aws/aws-cdk#29910: "AWS managed workflows must have latest version 'x.x.x'"
  return owner.startsWith('aws') && !arn.endsWith('/x.x.x')
    ? [wrongValue(path, 'expected the version x.x.x, the only one of a workflow of AWS that Image Builder takes')]
    : []
}

interface Use {
  use: NonNullable<Image['workflows']>[number]
  workflow: Workflow
  path: Path
}

/** The workflows of an image that are there; the others have a problem of their own. */
const usesOf = ({ fleet }: Scope, key: string): Use[] =>
  (fleet.images[key]?.workflows ?? []).flatMap((use, i) => {
    const workflow = Object.hasOwn(fleet.workflows, use.workflow) ? fleet.workflows[use.workflow] : undefined
    return workflow ? [{ use, workflow, path: ['images', key, 'workflows', i] }] : []
  })

/** A pipeline gives each workflow the parameters that its document declares, each of its type. */
export const workflowParameters: Rule = (scope) =>
  Object.keys(scope.fleet.images).flatMap((key) =>
    usesOf(scope, key).flatMap(({ use, path }) => {
      const declared = scope.workflows.get(use.workflow)?.parameters ?? []
      if (!scope.workflows.has(use.workflow)) return []
      const names = declared.map(({ name }) => name)
      const unknown = Object.keys(use.parameters).filter((name) => !names.includes(name))
      const hints = unknown.map((name) => didYouMean(name, names))
      return [
        ...unknown.map((name, i) =>
          wrongKey(
            [...path, 'parameters', name],
            `${show(use.workflow)} declares no parameter ${show(name)}${hints[i] || `: expected ${names.length > 0 ? `one of ${names.join(', ')}` : 'none'}`}`,
            [...path, 'parameters'],
          ),
        ),
        ...declared.flatMap(({ name, type, default: value }) => {
          const at = [...path, 'parameters', name]
          if (Object.hasOwn(use.parameters, name))
            return inspect(parameterTypes[type as ParameterType], use.parameters[name], () => undefined, at)
          if (value !== undefined || hints.some((hint) => hint.includes(`'${name}'`))) return []
          const message = `${show(use.workflow)} needs the parameter ${show(name)}, which has no default`
          return [wrongValue([...path, 'workflow'], message, path)]
        }),
      ]
    }),
  )

/** https://docs.aws.amazon.com/imagebuilder/latest/userguide/pipeline-workflows.html: "up to ten test workflows" */
const mostTests = 10

/** What the workflows of an image say together, and beside its other fields. */
export const workflowUses: Rule = (scope) =>
  Object.entries(scope.fleet.images).flatMap(([key, image]) => {
    const uses = usesOf(scope, key)
    const [builds, tests] = (['build', 'test'] as const).map((type) =>
      uses.filter(({ workflow }) => typeOfWorkflow(workflow) === type),
    ) as [Use[], Use[]]
    const findings = builds.flatMap(({ use, path }): FleetProblem[] => {
      const found: FleetProblem[] = []
      if (use.parallelGroup !== undefined)
        found.push(
          wrongKey([...path, 'parallelGroup'], 'expected no parallelGroup: it is for workflows that test', path),
        )
      if (use.onFailure === 'continue')
        found.push(
          wrongValue([...path, 'onFailure'], 'expected abort: a build that failed has no AMI to go on with', path),
        )
      return found
    })
    const second = builds[1]
    if (second) findings.push(wrongValue(second.path, `expected one workflow that builds, found ${builds.length}`))
    const tooMany = tests[mostTests]
    if (tooMany)
      findings.push(
        wrongValue(
          tooMany.path,
          `expected at most ${mostTests} workflows that test, the limit of Image Builder, found ${tests.length}`,
        ),
      )
    const [first] = tests
    if (!image.tests && first)
      findings.push(wrongValue(first.path, "expected no workflow that tests beside 'tests: false'", first.path))
    return [
      ...findings,
      ...lacking(scope, builds, { image, action: 'CollectImageMetadata', for: 'packages' }),
      ...lacking(scope, tests, { image, action: 'CollectImageScanFindings', for: 'vulnerabilities' }),
    ]
  })

/** A check waits in vain for what no step collects. What workflows of others do is not known here. */
const lacking = (
  scope: Scope,
  uses: Use[],
  { image, action, ...asked }: { image: Image; action: string; for: 'packages' | 'vulnerabilities' },
): FleetProblem[] => {
  const documents = uses.map(({ use }) => scope.workflows.get(use.workflow))
  const [first] = uses
  if (!image.checks[asked.for] || !first) return []
  const isCollected = documents.some((document) => !document || document.steps.some((step) => step.action === action))
  return isCollected
    ? []
    : [
        wrongValue(
          first.path,
          `expected a step ${action} in ${uses.map(({ use }) => show(use.workflow)).join(' or ')}: checks.${asked.for} judges what it collects`,
        ),
      ]
}
