import { Command } from '@commander-js/extra-typings'
import { endpointOption, examples, fleetOption, type OptionsOf, profileOption, yesOption } from '../options/options.ts'

const declaration = () =>
  new Command('bootstrap')
    .summary('prepare the build account for its first deploy')
    .description(
      "Runs cdk bootstrap in the fleet's build account, once, for each region whose stack needs it: it makes the bucket and the roles " +
        'that a deploy works with. The keys of other regions need none. https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping.html',
    )
    .option(...fleetOption)
    .option(...profileOption)
    .option(...endpointOption)
    .option(...yesOption)
    .addHelpText('after', examples('rebake bootstrap', 'rebake bootstrap --profile build-admin --yes'))

export type BootstrapOptions = OptionsOf<typeof declaration>

export const bootstrapCommand = () =>
  declaration().action(async (options) => (await import('./run.ts')).bootstrap(options))
