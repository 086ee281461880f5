import { comparisons, modules } from '../awstoe-modules.ts'
import { didYouMean, type FleetProblem, type Path, show, wrongWithin } from '../problems.ts'
import type { Outline, OutlinedStep } from './outline.ts'
import { isMapping } from './scope.ts'

/**
 * The `{{ references }}` of a step, wherever AWSTOE puts something in their place: its inputs, its condition and its loop.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html (names, SSM parameters),
 * toe-use-documents.html, "Input and output chaining", and toe-looping-constructs.html, "Reference iteration variables"
 */
export const referencesOf = (step: OutlinedStep, outline: Outline): FleetProblem[] =>
  (['inputs', 'if', 'loop'] as const).flatMap((part) =>
    textsIn(step.step[part], [...step.path, part]).flatMap(({ text, path }) =>
      [...text.matchAll(/\{\{\s*(.*?)\s*\}\}/g)].flatMap(({ 0: whole, 1: inside = '', index }) => {
        const message = judge(inside, { part, step, outline, path })
        // The same reference twice in one text is one mistake.
        const isFirst = text.indexOf(whole) === index
        return message === undefined || !isFirst ? [] : [wrongWithin(path, index, message)]
      }),
    ),
  )

interface Place {
  part: 'inputs' | 'if' | 'loop'
  step: OutlinedStep
  outline: Outline
  path: Path
}

/** What is wrong with what stands between braces. What AWSTOE does not know the form of, such as a template of another tool, it leaves. */
const judge = (inside: string, place: Place): string | undefined => {
  if (/^[\w-]+$/.test(inside)) return name(inside, place)
  if (inside.startsWith('aws:')) return systemsManager(inside, place)
  const [, phase, step, kind, index, variable] =
    /^([\w-]+)\.([^.]+)\.([\w-]+)(?:\[(\d+)\])?\.([\w-]+)$/.exec(inside) ?? []
  const isChain = kind === 'inputs' || kind === 'outputs' || place.outline.phases.some(({ name }) => name === phase)
  if (phase !== undefined && step !== undefined && kind !== undefined && variable !== undefined && isChain)
    return chain({ phase, step, kind, index, variable }, inside, place)
  const [, loop, member] = /^([\w-]+)\.([\w-]+)$/.exec(inside) ?? []
  return loop === undefined || member === undefined ? unfinished(inside, place) : iteration(loop, member, inside, place)
}

/** `{{ build.Version.stdout }}`, of a step that there is. */
const unfinished = (inside: string, { outline }: Place): string | undefined => {
  const [phase, step, last] = inside.split('.')
  const isStep = outline.steps.some((each) => each.phase === phase && each.name === step)
  return isStep && last !== undefined
    ? `expected {{ ${phase}.${step}.outputs.NAME }} or {{ ${phase}.${step}.inputs.NAME }}, ${found(inside)}`
    : undefined
}

const found = (inside: string) => `found '{{ ${inside} }}'`

const name = (inside: string, { outline }: Place): string | undefined => {
  const known = [...outline.parameters, ...outline.constants].map((each) => each.name)
  return known.includes(inside)
    ? undefined
    : `expected a declared parameter or constant, ${found(inside)}${didYouMean(inside, known)}`
}

const systemsManager = (inside: string, { outline }: Place): string | undefined => {
  const [, parameter] = /^aws:ssm:(.+)$/.exec(inside) ?? []
  if (parameter === undefined) return `expected aws:ssm: and the name of a parameter, ${found(inside)}`
  const [, dynamic] = /^resolve\(\s*(.*?)\s*\)$/.exec(parameter) ?? []
  if (dynamic === undefined || /^aws:ssm:./.test(dynamic)) return
  const known = outline.parameters.map((each) => each.name)
  return known.includes(dynamic)
    ? undefined
    : `expected a declared parameter in resolve(), ${found(inside)}${didYouMean(dynamic, known)}`
}

interface Chain {
  phase: string
  step: string
  kind: string
  index: string | undefined
  variable: string
}

/** Image Builder's stages: what runs on one instance. manage-components.html */
const stages: Record<string, { order: number; stage: string }> = {
  build: { order: 0, stage: 'build' },
  validate: { order: 1, stage: 'build' },
  test: { order: 2, stage: 'test' },
}

const chain = ({ phase, step, kind, index, variable }: Chain, inside: string, place: Place): string | undefined => {
  const { steps, phases } = place.outline
  const here = place.step
  if (!takesChain(place))
    return `expected nothing of another step here, ${found(inside)}: AWSTOE takes it in inputs, in what forEach goes through, and as the value of a comparison`
  const names = phases.map((each) => each.name)
  if (!names.includes(phase))
    return `expected a phase of this document, ${names.join(', ')}, ${found(inside)}${didYouMean(phase, names)}`
  const [to, from] = [stages[phase], stages[here.phase]]
  if (to && from && to.stage !== from.stage)
    return `expected a step of the ${from.stage} stage, ${found(inside)}: Image Builder runs the ${to.stage} stage by itself, so nothing of it is there. Find the value again in this phase`
  const inPhase = steps.filter((each) => each.phase === phase)
  const source = inPhase.find((each) => each.name === step)
  if (!source) {
    const known = inPhase.map((each) => each.name)
    const hint = didYouMean(step, known) || `: it has ${known.join(', ') || 'none'}`
    return `expected a step of the phase ${phase}, ${found(inside)}${hint}`
  }
  const isEarlier =
    phase === here.phase
      ? isBefore(source, here)
      : isBefore(source, here) && (to === undefined || from === undefined || to.order < from.order)
  if (!isEarlier) return `expected an earlier step, ${found(inside)}: ${show(step)} has not run when this step runs`
  return kind === 'outputs' ? output(source, variable, inside) : input(source, { kind, index, variable }, inside)
}

const isBefore = (one: OutlinedStep, other: OutlinedStep) => {
  const [phase, step] = one.position
  const [otherPhase, otherStep] = other.position
  return phase < otherPhase || (phase === otherPhase && step < otherStep)
}

const output = ({ action }: OutlinedStep, variable: string, inside: string): string | undefined => {
  const module = modules[action]
  if (!module || module.outputs.includes(variable)) return
  const known = module.outputs
  return known.length === 0
    ? `expected a step that has outputs, ${found(inside)}: ${action} has none`
    : `expected an output of ${action}, ${known.join(', ')}, ${found(inside)}${didYouMean(variable, known)}`
}

const input = (
  { action, step }: OutlinedStep,
  { kind, index, variable }: Pick<Chain, 'kind' | 'index' | 'variable'>,
  inside: string,
): string | undefined => {
  const { inputs } = step
  if (kind !== 'inputs')
    return `expected inputs or outputs of a step, ${found(inside)}${didYouMean(kind, ['inputs', 'outputs'])}`
  if (!modules[action]) return
  const isList = Array.isArray(inputs)
  if (isList && index === undefined)
    return `expected inputs[0] or another of the ${inputs.length} inputs, ${found(inside)}: those of ${action} are a list`
  const one: unknown = isList ? inputs[Number(index)] : Number(index ?? 0) === 0 ? inputs : undefined
  if (one === undefined)
    return `expected an index below ${isList ? inputs.length : 1}, the number of inputs of that step, ${found(inside)}`
  const known = isMapping(one) ? Object.keys(one) : []
  return known.includes(variable)
    ? undefined
    : `expected an input that the step has, ${known.join(', ')}, ${found(inside)}${didYouMean(variable, known)}`
}

/** `{{ loop.value }}` and `{{ name.index }}`: of the loop of this step alone. */
const iteration = (
  loop: string,
  member: string,
  inside: string,
  { part, step, outline }: Place,
): string | undefined => {
  const own = loopNames(step)
  const all = new Set(['loop', ...outline.steps.flatMap(loopNames)])
  const isMember = member === 'index' || member === 'value'
  if (!all.has(loop) && (own.length === 0 || !isMember)) return
  if (own.length === 0) return `expected a loop in this step, ${found(inside)}: AWSTOE leaves it as it is`
  if (part !== 'inputs') return `expected nothing of a loop here, ${found(inside)}: AWSTOE takes it in inputs alone`
  if (!own.includes(loop))
    return `expected the loop of this step, ${own.join(' or ')}, ${found(inside)}${didYouMean(loop, own)}`
  return isMember
    ? undefined
    : `expected ${loop}.index or ${loop}.value, ${found(inside)}${didYouMean(member, ['index', 'value'])}`
}

/** What stands for the loop of a step in its inputs. */
const loopNames = ({ step }: OutlinedStep): string[] => {
  if (!isMapping(step.loop)) return []
  const { name: own } = step.loop
  return typeof own === 'string' ? ['loop', own] : ['loop']
}

const compared = new Set(Object.values(comparisons).flatMap(({ other }) => other?.key ?? []))

/** "Chaining expressions can be used only in the inputs", in what forEach goes through, and as the second value of a comparison. */
const takesChain = ({ part, step, path }: Place): boolean => {
  if (part === 'inputs') return true
  if (part === 'if') return compared.has(path.at(-1) as 'value' | 'path')
  const [kind, key] = path.slice(step.path.length + 1)
  return kind === 'forEach' && (typeof key === 'number' || key === 'list')
}

const textsIn = (value: unknown, path: Path): { text: string; path: Path }[] => {
  if (typeof value === 'string') return [{ text: value, path }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) =>
    textsIn(child, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}
