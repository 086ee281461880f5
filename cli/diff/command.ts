import { Command } from '@commander-js/extra-typings'
import {
  endpointOption,
  examples,
  exitCodeOption,
  fleetOption,
  type OptionsOf,
  profileOption,
} from '../options/options.ts'

const declaration = () =>
  new Command('diff')
    .summary('show what a deploy would change')
    .description(
      "Compares the stacks of the fleet's build account with what is deployed there, and says what would be baked once the " +
        'fleet is deployed. It changes nothing but that the CDK may make a change set, and delete it.',
    )
    .option(...fleetOption)
    .option(...profileOption)
    .option(...endpointOption)
    .option(...exitCodeOption)
    .addHelpText('after', examples('rebake diff', 'rebake diff --profile build-admin --exit-code'))

export type DiffOptions = OptionsOf<typeof declaration>

export const diffCommand = () => declaration().action(async (options) => (await import('./run.ts')).diff(options))
