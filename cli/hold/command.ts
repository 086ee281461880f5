import { Command } from '@commander-js/extra-typings'
import {
  endpointOption,
  examples,
  fleetOption,
  jsonOption,
  type OptionsOf,
  takes,
  yesOption,
} from '../options/options.ts'

const holdPermissions = takes('lambda:InvokeFunction of the function hold-image', 'dynamodb:GetItem', 'dynamodb:Query')

/** What both take. */
const holding = (name: string) =>
  new Command(name)
    .argument('<image>', 'the image')
    .option(...fleetOption)
    .option(...yesOption)
    .option(...endpointOption)
    .option(...jsonOption('print what holds the image as one JSON document (needs --yes)'))

export interface ResumeOptions extends OptionsOf<typeof holding> {
  image: string
}

const holdDeclaration = () =>
  holding('hold')
    .summary('keep an image where it is')
    .description(
      'Keeps an image where it is: no campaign bakes it, and nothing points to anything else. What is under way stops ' +
        'before its next step. resume lets it go on.',
    )
    .option('--reason <text>', 'why, in a line, which it takes: everybody who finds the image held reads it')
    .addHelpText('after', examples('rebake hold payments-api --reason INC-4711'))
    .addHelpText('after', holdPermissions)

export interface HoldOptions extends OptionsOf<typeof holdDeclaration> {
  image: string
}

export const holdCommand = () =>
  holdDeclaration().action(async (image, options) => (await import('./run.ts')).hold({ ...options, image }))

export const resumeCommand = () =>
  holding('resume')
    .summary('let an image go on that is held')
    .description(
      'Lets an image go on that somebody holds, or that was rolled back, and says what happens then: what waits goes on, ' +
        'and the next look at all images rebakes it where it is not what the fleet says.',
    )
    .addHelpText('after', examples('rebake resume payments-api'))
    .addHelpText('after', holdPermissions)
    .action(async (image, options) => (await import('./run.ts')).resume({ ...options, image }))
