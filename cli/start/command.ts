import { Command } from '@commander-js/extra-typings'
import {
  amiOption,
  atOption,
  emergencyOption,
  endpointOption,
  examples,
  fleetOption,
  imageOption,
  jsonOption,
  type OptionsOf,
  takes,
  upstreamOption,
  yesOption,
} from '../options/options.ts'

const declaration = () =>
  new Command('start')
    .summary('start a campaign manually')
    .description(
      'Shows what a campaign would bake, by what the ledger knows, asks whether to go on, and starts it: by the ' +
        "state machine of the fleet's build account, with your own AWS credentials. Name images or an upstream.",
    )
    .option(...fleetOption)
    .option(...imageOption)
    .option(...upstreamOption)
    .option(...amiOption)
    .option(...emergencyOption)
    .option('--reason <text>', 'why, in a line: everybody who gets messages about the campaign reads it')
    .option(...yesOption)
    .option(...atOption)
    .option(...endpointOption)
    .option(...jsonOption('print what was started as one JSON document (needs --yes)'))
    .addHelpText(
      'after',
      examples(
        'rebake start --image payments-api',
        'rebake start --upstream al2023-soe --ami ami-0a1b2c3d4e5f67890 --emergency',
        'rebake start --image orders-api --endpoint-url http://127.0.0.1:4566 --yes',
      ),
    )
    .addHelpText('after', takes('states:StartExecution', 'dynamodb:GetItem', 'ec2:DescribeImages'))

export type StartOptions = OptionsOf<typeof declaration>

export const startCommand = () =>
  declaration().action(async (options) => (await import('./run.ts')).startByHand(options))
