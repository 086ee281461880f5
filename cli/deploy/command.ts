import { Command } from '@commander-js/extra-typings'
import { endpointOption, examples, fleetOption, type OptionsOf, profileOption, yesOption } from '../options/options.ts'

const declaration = () =>
  new Command('deploy')
    .summary('deploy the fleet to its build account')
    .description(
      "Deploys the stacks of the fleet's build account: the keys of other regions, then everything else. Before, it looks " +
        'whether what the fleet adopts is as it must be, as check --aws does, and says what will be baked afterwards. ' +
        'Target accounts and upstreams have templates of their own: synth --out says how they get there.',
    )
    .option(...fleetOption)
    .option(...profileOption)
    .option(...endpointOption)
    .option(...yesOption)
    .option('--allow-downgrade', 'deploy it though a newer Rebake was deployed')
    .addHelpText('after', examples('rebake deploy', 'rebake deploy --profile build-admin --yes'))

export type DeployOptions = OptionsOf<typeof declaration>

export const deployCommand = () => declaration().action(async (options) => (await import('./run.ts')).deploy(options))
