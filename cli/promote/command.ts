import { Command } from '@commander-js/extra-typings'
import {
  atOption,
  emergencyOption,
  endpointOption,
  examples,
  fleetOption,
  jsonOption,
  type OptionsOf,
  takes,
  yesOption,
} from '../options/options.ts'

const declaration = () =>
  new Command('promote')
    .summary('roll out a release again, without baking it')
    .description(
      'Rolls out a release that passed its checks and is not stable, through all rings of its image: its roll-out ' +
        'failed, was rejected, cancelled or overtaken, or it was rolled back and is wanted after all. It shows what that ' +
        'does, asks whether to go on, and starts a campaign. A newer bake goes before it; an older version than the ' +
        'newest that passed is rolled out only if it is named.',
    )
    .argument('<image>', 'the image')
    .argument('[version]', 'its version, as 1.0.3/1. Default: the newest that passed its checks')
    .option(...fleetOption)
    .option(...emergencyOption)
    .option('--reason <text>', 'why, in a line: everybody who gets messages about the campaign reads it')
    .option(...yesOption)
    .option(...atOption)
    .option(...endpointOption)
    .option(...jsonOption('print what was started as one JSON document (needs --yes)'))
    .addHelpText(
      'after',
      examples('rebake promote payments-api', 'rebake promote payments-api 1.0.3/1 --reason rehabilitated --yes'),
    )
    .addHelpText('after', takes('states:StartExecution', 'dynamodb:GetItem', 'dynamodb:Query'))

export interface PromoteOptions extends OptionsOf<typeof declaration> {
  image: string
  /** The newest that passed its checks otherwise. */
  version?: string | undefined
}

export const promoteCommand = () =>
  declaration().action(async (image, version, options) =>
    (await import('./run.ts')).promote({ ...options, image, version }),
  )
