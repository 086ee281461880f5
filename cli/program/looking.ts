import type { Command } from 'commander'
import { endpointOption, examples, fleetOption, takes } from '../options/options.ts'
import { integer } from '../options/parsers.ts'

/** What people look at. Nothing here changes anything. */

export const addStatus = (program: Command) =>
  program
    .command('status')
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
    .option('--json', 'print it as one JSON document; with --follow one JSON line for each change')
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
    .action(async (campaign, options) => (await import('../status/run.ts')).status({ ...options, campaign }))

export const addHistory = (program: Command) =>
  program
    .command('history')
    .summary('tell what became of an image')
    .description(
      "An image's releases, the newest first: from what each was baked and why, what its checks found, which targets have " +
        'had it, and what became of it since. Also the newest try, where that failed, and whether the image is held.',
    )
    .argument('<image>', 'the image; one that the fleet has no more will do')
    .option(...fleetOption)
    .option('-n, --limit <number>', 'so many releases', integer(1000), 10)
    .option(...endpointOption)
    .option('--json', 'print it as one JSON document, with every target and all that the checks found')
    .addHelpText('after', examples('rebake history payments-api', 'rebake history payments-api --limit 1 --json'))
    .addHelpText('after', takes('dynamodb:GetItem', 'dynamodb:Query'))
    .action(async (image, options) => (await import('../history/run.ts')).history({ ...options, image }))

export const addLineage = (program: Command) =>
  program
    .command('lineage')
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
    .option('--json', 'print it as one JSON document')
    .addHelpText(
      'after',
      examples(
        'rebake lineage payments-api',
        'rebake lineage payments-api 1.0.3/1',
        'rebake lineage ami-0a1b2c3d4e5f67890 --all',
      ),
    )
    .addHelpText('after', takes('dynamodb:GetItem', 'dynamodb:Query'))
    .action(async (of, version, options) => (await import('../lineage/run.ts')).lineage({ ...options, of, version }))
