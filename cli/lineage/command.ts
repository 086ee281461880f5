import { Command } from '@commander-js/extra-typings'
import { endpointOption, examples, fleetOption, jsonOption, type OptionsOf, takes } from '../options/options.ts'

const declaration = () =>
  new Command('lineage')
    .summary('tell where an image comes from, and what comes from it')
    .description(
      'The AMIs that an image was baked from, up to the one of its upstream, and every release that was baked from it, in ' +
        'every account. An AMI may be one of the build account, a copy in any target, or one of an upstream.',
    )
    .argument('<image|ami>', 'an image, or an AMI')
    .argument('[version]', 'of the image, as 1.0.3/1. Default: the one that targets have')
    .option(...fleetOption)
    .option('-a, --all', 'older releases too')
    .option(...endpointOption)
    .option(...jsonOption('print it as one JSON document'))
    .addHelpText(
      'after',
      examples(
        'rebake lineage payments-api',
        'rebake lineage payments-api 1.0.3/1',
        'rebake lineage ami-0a1b2c3d4e5f67890 --all',
      ),
    )
    .addHelpText('after', takes('dynamodb:GetItem', 'dynamodb:Query'))

export interface LineageOptions extends OptionsOf<typeof declaration> {
  /** An image, or an AMI in any account. */
  of: string
  version?: string | undefined
}

export const lineageCommand = () =>
  declaration().action(async (of, version, options) => (await import('./run.ts')).lineage({ ...options, of, version }))
