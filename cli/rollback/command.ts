import { Command } from '@commander-js/extra-typings'
import {
  atOption,
  endpointOption,
  examples,
  fleetOption,
  jsonOption,
  type OptionsOf,
  takes,
  yesOption,
} from '../options/options.ts'

const declaration = () =>
  new Command('rollback')
    .summary('roll back to an older release of an image, in every target')
    .description(
      'Points every target of an image back to an older release, ring by ring: the parameter, its channels and its ' +
        'launch templates, with the AMI of each account and region. It shows what it would do, asks, starts it in the ' +
        "fleet's build account with your own AWS credentials, and follows it to its end. The image is held from then on, " +
        'so that no campaign moves it forward again: resume lets it go on. The same command again writes only what ' +
        'differs.',
    )
    .argument('<image>', 'the image that goes back')
    .option(...fleetOption)
    .option('--to <version>', 'the release to roll back to, as 1.0.3/1. Default: the last good one before')
    .option('--ring <name>', 'only the targets of this ring; children and the build account stay as they are')
    .option('--reason <text>', 'why, in a line: everybody who gets messages about it reads it')
    .option(...yesOption)
    .option(...atOption)
    .option(...endpointOption)
    .option(...jsonOption('print what it came to as one JSON document (needs --yes)'))
    .addHelpText(
      'after',
      examples(
        'rebake rollback payments-api',
        'rebake rollback payments-api --to 1.0.3/1 --reason CVE-2026-1234',
        'rebake rollback payments-api --ring early --yes',
      ),
    )
    .addHelpText(
      'after',
      takes('states:StartExecution', 'states:DescribeExecution', 'dynamodb:GetItem', 'dynamodb:Query'),
    )
    .addHelpText('after', 'The exit code is 1 where some target did not go back.')

export interface RollbackOptions extends OptionsOf<typeof declaration> {
  image: string
}

export const rollbackCommand = () =>
  declaration().action(async (image, options) => (await import('./run.ts')).rollback({ ...options, image }))
