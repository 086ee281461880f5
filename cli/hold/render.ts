import { holdText } from '../../domain/planning/holds.ts'
import type { Held } from '../../functions/hold-image/hold-image.ts'
import { oneLine, type Paint, unpainted } from '../render/text.ts'
import { claimText } from '../rollback/render.ts'
import type { Standing } from '../status/standing.ts'
import { inProse } from '../typed.ts'

/** What holding an image does. */
export const holdLines = (image: string, { underWay }: Standing): string[] => [
  `${image} stays where it is: no campaign bakes it, and nothing points to anything else, until ${inProse('resume', image)}.`,
  ...(underWay.length > 0
    ? ['Under way, and stopped before its next step:', ...underWay.map((claim) => `  ${claimText(claim)}`)]
    : ['Nothing of it is under way.']),
  '',
]

/** What happens once an image goes on. */
export function resumeLines(image: string, { known, releases, underWay }: Standing, due: string | undefined): string[] {
  const { held } = known.images[image] ?? {}
  const [newest] = releases
  const goneBack = releases.filter(({ rolledBack }) => rolledBack).slice(0, 3)
  return [
    ...(held ? [`${image} is ${oneLine(holdText(image, held))}.`] : []),
    ...underWay.map((claim) => `It goes on: ${claimText(claim)}.`),
    ...(newest && newest.releasedAt === undefined && !newest.rolledBack && underWay.length === 0
      ? [`${newest.version} passed its checks and is not through its rings: nothing rolls it out by itself.`]
      : []),
    ...goneBack.map(({ version }) => `${version} was rolled back, and goes nowhere.`),
    due === undefined
      ? 'It is what the fleet says: nothing is rebaked until something new comes.'
      : `The next look at all images rebakes it: ${due}.`,
    '',
  ]
}

export function heldLines(
  image: string,
  asked: 'hold' | 'resume',
  { held, before }: Held,
  paint: Paint = unpainted,
): string[] {
  if (held && before)
    return [`${paint('yellow', '!')} ${image} was ${oneLine(holdText(image, held))}. Nothing was changed.`]
  if (held) return [`${paint('green', '✔')} ${image} is held. ${inProse('resume', image)} lets it go on.`]
  return before || asked === 'hold'
    ? [`${paint('green', '✔')} ${image} goes on.`]
    : [`${image} is not held. Nothing was changed.`]
}
