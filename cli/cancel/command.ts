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

const declaration = () =>
  new Command('cancel')
    .summary('end a campaign, or one image in it')
    .description(
      'Shows what is under way and what will not begin any more, asks whether to go on, and stops it: bakes are ' +
        'cancelled, locks go to those who wait for them, and people read who did it and why. Of an image, all that ' +
        'descends from it ends too. What is published stays where it is. What waits for a freeze can be cancelled as ' +
        'well; what has ended stays as it has.',
    )
    .argument('<campaign>', 'the campaign')
    .argument('[image]', 'one image in it, and all that descends from it')
    .option(...fleetOption)
    .option('--reason <text>', 'why, in a line: everybody who gets messages about it reads it')
    .option(...yesOption)
    .option(...endpointOption)
    .option(...jsonOption('print what was cancelled as one JSON document (needs --yes)'))
    .addHelpText(
      'after',
      examples(
        'rebake cancel al2023-soe-ami-0a1b2c3d4e5f67890',
        'rebake cancel al2023-soe-ami-0a1b2c3d4e5f67890 payments-api --reason CVE-2026-1234',
      ),
    )
    .addHelpText('after', takes('states:StopExecution on the executions of both state machines', 'dynamodb:Query'))

export interface CancelOptions extends OptionsOf<typeof declaration> {
  campaign: string
  /** One image in it; all of it otherwise. */
  image?: string | undefined
}

export const cancelCommand = () =>
  declaration().action(async (campaign, image, options) =>
    (await import('./run.ts')).cancel({ ...options, campaign, image }),
  )
