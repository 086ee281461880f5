import { stringify } from 'yaml'
import type { EstateFacts } from '../../domain/estate/facts.ts'
import type { Proposal, ProposedImage, ProposedRing, ProposedUpstream } from '../../domain/estate/proposal.ts'
import { packageName } from '../../domain/product.ts'
import { oneLine } from '../render/text.ts'

/**
 * A fleet file for a person to read: each guess is followed by what it was made from, and each question is a line that begins
 * with `# TODO`.
 */
export function fleetText({ account, region, unread }: EstateFacts, proposal: Proposal): string {
  const { name, organization, upstreams, images, rings, leftOut } = proposal
  return lines(
    `# yaml-language-server: $schema=./node_modules/${packageName}/fleet.schema.json`,
    `# Imported from account ${account}, ${region}. Read it whole, and answer each TODO.`,
    `name: ${name}`,
    `build: ${flow({ account, region })}`,
    organization === undefined ? [] : `organization: ${organization}`,
    '',
    unread.map((what) => `# TODO: could not be read: ${oneLine(what)}`),
    unread.length > 0 ? '' : [],
    'upstreams:',
    upstreams.flatMap(upstreamLines),
    '',
    '# Their pipelines stay as they are: a rebake moves each to the next version of its recipe, and starts it.',
    'images:',
    images.flatMap(imageLines),
    leftOut.map(({ pipeline, why }) => `  # left out: ${oneLine(pipeline)}: ${why}`),
    '',
    'rings:',
    rings.flatMap(ringLines),
    '',
    '# TODO: who is notified?',
    '# notify: { email: [platform-team@example.com] }',
  )
}

const lines = (...parts: (string | string[])[]) => `${parts.flat().join('\n')}\n`

/** A value in one line, as YAML has it. */
const flow = (value: unknown) =>
  stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim()

const todos = (text: string | undefined) => (text === undefined ? [] : [`  # TODO: ${oneLine(text)}`])

/** One thing by its name: each key on a line, with what it was guessed from. */
const block = (name: string, keys: [key: string, value: unknown, guess?: string][]) => [
  `  ${name}:`,
  ...keys.map(([key, value, guess]) => `    ${key}: ${flow(value)}${guess ? ` # ${oneLine(guess)}` : ''}`),
]

function upstreamLines({ name, platform, source, from, todo }: ProposedUpstream): string[] {
  const [[kind, where] = []] = Object.entries(source)
  return [
    ...todos(todo),
    ...block(name, [
      ['platform', platform],
      [kind ?? '', where, `guessed from ${from}`],
    ]),
  ]
}

function imageLines({ name, pipeline, parent, from, estimate, rings, todo }: ProposedImage): string[] {
  const keys: [string, unknown, string?][] = [
    ['parent', parent, `guessed from ${from}`],
    ['pipeline', pipeline.arn],
  ]
  if (estimate) keys.push(['estimate', `${estimate.minutes}m`, `the middle one of ${estimate.builds} builds`])
  if (rings) keys.push(['rings', rings])
  return [...todos(todo), ...block(name, keys)]
}

function ringLines(ring: ProposedRing): string[] {
  const { name, todo, regions, mode } = ring
  const keys: [string, unknown][] = (['accounts', 'organizationalUnits'] as const)
    .filter((key) => ring[key].length > 0)
    .map((key) => [key, ring[key]])
  if (ring.organization) keys.push(['organization', true])
  if (ring.except.length > 0) keys.push(['except', ring.except])
  keys.push(['regions', regions])
  if (mode === 'share') keys.push(['mode', mode])
  return [...todos(todo), ...block(name, keys)]
}
