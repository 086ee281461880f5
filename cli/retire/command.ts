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
  new Command('retire')
    .summary('deprecate old AMIs, and remove those that nothing uses')
    .description(
      "Shows which releases are older than the fleet's retirement keeps, what would become of their AMIs in every account " +
        'and region, and what uses them there; asks whether to go on, starts the run that does it, as the schedule ' +
        'does, and follows it to its end. An AMI is deprecated first, and removed when its grace is over and no channel, launch template, Auto ' +
        'Scaling group or instance uses it. What a failed bake left is removed when its time is over, by the same ' +
        'rules; what Image Builder keeps of an AMI goes after it.',
    )
    .option(...fleetOption)
    .option('--dry-run', 'only show it')
    .option('--reason <text>', 'why, in a line: everybody who gets messages about the run reads it')
    .option(...yesOption)
    .option(...atOption)
    .option(...endpointOption)
    .option(...jsonOption('print the plan, and what it came to (needs --yes or --dry-run), as one JSON document'))
    .addHelpText(
      'after',
      examples(
        'rebake retire --dry-run',
        'rebake retire',
        'rebake retire --reason quota --endpoint-url http://127.0.0.1:4566 --yes',
      ),
    )
    .addHelpText(
      'after',
      takes(
        'lambda:InvokeFunction of the function plan-retirement',
        'states:StartExecution',
        'states:DescribeExecution',
        'dynamodb:GetItem',
        'dynamodb:Query',
      ),
    )

export type RetireOptions = OptionsOf<typeof declaration>

export const retireCommand = () => declaration().action(async (options) => (await import('./run.ts')).retire(options))
