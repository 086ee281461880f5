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
  new Command('retry')
    .summary('take up again what failed last of an image')
    .description(
      'Says what failed last of an image, where and why, asks whether to go on, and starts that again: a bake, with all ' +
        'that descends from the image, or the roll-out of what had passed its checks.',
    )
    .argument('<image>', 'the image')
    .option(...fleetOption)
    .option(...emergencyOption)
    .option('--reason <text>', 'why, in a line. Default: what failed, and where')
    .option(...yesOption)
    .option(...atOption)
    .option(...endpointOption)
    .option(...jsonOption('print what was started as one JSON document (needs --yes)'))
    .addHelpText('after', examples('rebake retry payments-api', 'rebake retry payments-api --emergency --yes'))
    .addHelpText('after', takes('states:StartExecution', 'dynamodb:GetItem', 'dynamodb:Query', 'ec2:DescribeImages'))

export interface RetryOptions extends OptionsOf<typeof declaration> {
  image: string
}

export const retryCommand = () =>
  declaration().action(async (image, options) => (await import('./run.ts')).retry({ ...options, image }))
