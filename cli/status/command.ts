import { Command } from '@commander-js/extra-typings'
import { endpointOption, examples, fleetOption, jsonOption, type OptionsOf, takes } from '../options/options.ts'

const declaration = () =>
  new Command('status')
    .summary('show what is going on, and follow it')
    .description(
      'Shows the open campaigns, image by image, with what each waits for and until when; what waits for an approval, ' +
        'and which images are held. With CAMPAIGN, that campaign. On a terminal it follows them until all have ended; ' +
        'elsewhere it shows them once, or with --follow one line for each change.',
    )
    .argument('[campaign]', 'the campaign. Default: all that are open, and the one that ended last')
    .option(...fleetOption)
    .option('--follow', 'go on until everything has ended. Default on a terminal')
    .option('--no-follow', 'show it once')
    .option(...endpointOption)
    .option(...jsonOption('print it as one JSON document; with --follow one JSON line for each change'))
    .addHelpText(
      'after',
      examples(
        'rebake status',
        'rebake status al2023-soe-ami-0a1b2c3d4e5f67890',
        'rebake status --no-follow --json',
        'rebake status --endpoint-url http://127.0.0.1:4566 --follow',
      ),
    )
    .addHelpText(
      'after',
      takes(
        'states:ListExecutions',
        'states:DescribeExecution',
        'states:GetExecutionHistory',
        'dynamodb:GetItem',
        'dynamodb:Query',
      ),
    )

export interface StatusOptions extends OptionsOf<typeof declaration> {
  /** All that are open otherwise. */
  campaign?: string | undefined
}

export const statusCommand = () =>
  declaration().action(async (campaign, options) => (await import('./run.ts')).status({ ...options, campaign }))
