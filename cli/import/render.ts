import { isTerraforms } from '../../domain/adoption.ts'
import type { EstateFacts } from '../../domain/estate/facts.ts'
import type { Proposal, ProposedImage } from '../../domain/estate/proposal.ts'
import type { Layout } from '../render/layout.ts'
import { count, list, oneLine, unpainted, wrap } from '../render/text.ts'
import { tree } from '../render/tree.ts'
import { typed } from '../typed.ts'

/** What must change before the first rebake: of an image, or, with '' for it, of the fleet. */
export interface Obstacle {
  image: string
  problem: string
}

/** The images as a tree, each with what it is on and how long it bakes. */
export function estateLines(
  { account, region, pipelines }: EstateFacts,
  { images, upstreams, leftOut }: Proposal,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const nodes = images.map((image) => ({ name: image.name, parent: image.parent, item: image }))
  const isUpstream = (name: string) => upstreams.some((upstream) => upstream.name === name)
  const rows = tree(nodes).map(({ lead, item }) => {
    const facts = [
      `on ${item.parent}${isUpstream(item.parent) ? ` (${oneLine(item.from)})` : ''}`,
      bakes(item),
      recipeOf(item),
    ]
    return `  ${lead}${paint('bold', item.name)}  ${facts.filter(Boolean).join(', ')}`
  })
  return [
    `Account ${account}, ${region}: ${count(pipelines.length, 'pipeline')}, ${images.length} to adopt.`,
    ...rows.flatMap((row) => wrap(row, width)),
    ...leftOut.flatMap(({ pipeline, why }) => wrap(`  · ${oneLine(pipeline)} is left out: ${why}`, width, '    ')),
  ]
}

const bakes = ({ estimate }: ProposedImage) =>
  estimate ? `bakes ${estimate.minutes}m (of ${count(estimate.builds, 'build')})` : ''
const recipeOf = ({ pipeline }: ProposedImage) => (pipeline.recipe ? `recipe ${pipeline.recipe.version}` : '')

interface Outcome {
  facts: EstateFacts
  proposal: Proposal
  obstacles: readonly Obstacle[]
  /** What `check --aws` may not look at. */
  unchecked: readonly string[]
  /** The file; undefined where none was written. */
  written: string | undefined
}

/** What is in the way, what Terraform must leave alone, what is left to answer, and what was written. */
export function outcomeLines(
  { facts, proposal, obstacles, unchecked, written }: Outcome,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const { images, upstreams, rings } = proposal
  const open = [...upstreams, ...images, ...rings].filter(({ todo }) => todo !== undefined).length + facts.unread.length
  const made = images.filter(({ pipeline }) => isTerraforms(pipeline.tags)).map(({ name }) => name)
  const unseen = facts.unread.map((what) => `could not be read: ${what}`).concat(unchecked)
  const hindered = new Set(obstacles.map(({ image }) => image)).size
  const terraform =
    `Managed by Terraform (by their tags): ${list(made)}. Add lifecycle { ignore_changes = [image_recipe_arn] } to each ` +
    'aws_imagebuilder_image_pipeline: the next apply would put back the recipe that a rebake moved it from.'
  return [
    ...(obstacles.length > 0 ? [paint('bold', 'Must change before their first rebake:')] : []),
    ...obstacles.flatMap(({ image, problem }) =>
      wrap(`  ${paint('red', '✖')} ${image ? `${image}: ` : ''}${oneLine(problem)}`, width, '    '),
    ),
    ...unseen.flatMap((what) => wrap(`  ! ${oneLine(what)}`, width, '    ')),
    ...(made.length > 0 ? wrap(terraform, width, '  ') : []),
    `${paint('green', '✔')} ${written ? `wrote ${written} with ` : ''}${count(images.length, 'image')}; ${count(open, 'TODO')} to answer in it; ${
      hindered === 0 ? 'nothing must change first' : `${hindered} must change first`
    }.`,
    ...(written ? [`  Next: ${typed('check', '--fleet', written, '--aws')}`] : []),
  ]
}
