import { Command } from '@commander-js/extra-typings'
import { endpointOption, examples, fleetOption, jsonOption, type OptionsOf, takes } from '../options/options.ts'
import { integer } from '../options/parsers.ts'

const declaration = () =>
  new Command('history')
    .summary('tell what became of an image')
    .description(
      "An image's releases, the newest first: from what each was baked and why, what its checks found, which targets have " +
        'had it, and what became of it since. Also the newest try, where that failed, and whether the image is held.',
    )
    .argument('<image>', 'the image; one that the fleet has no more will do')
    .option(...fleetOption)
    .option('-n, --limit <number>', 'so many releases', integer(1000), 10)
    .option(...endpointOption)
    .option(...jsonOption('print it as one JSON document, with every target and all that the checks found'))
    .addHelpText('after', examples('rebake history payments-api', 'rebake history payments-api --limit 1 --json'))
    .addHelpText('after', takes('dynamodb:GetItem', 'dynamodb:Query'))

export interface HistoryOptions extends OptionsOf<typeof declaration> {
  image: string
}

export const historyCommand = () =>
  declaration().action(async (image, options) => (await import('./run.ts')).history({ ...options, image }))
