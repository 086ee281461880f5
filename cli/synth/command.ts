import { Command } from '@commander-js/extra-typings'
import { examples, fleetOption, type OptionsOf } from '../options/options.ts'

const declaration = () =>
  new Command('synth')
    .summary('make the templates and check them')
    .description(
      'Makes the CloudFormation templates of the fleet and checks them, as a deploy does. With --out it keeps them, and ' +
        "says how the templates of other accounts get there: the target accounts' and the upstreams'. It speaks to nobody.",
    )
    .option(...fleetOption)
    .option('-o, --out <directory>', 'keep the templates, and the code of the functions')
    .addHelpText('after', examples('rebake synth', 'rebake synth --out cdk.out'))

export type SynthOptions = OptionsOf<typeof declaration>

export const synthCommand = () => declaration().action(async (options) => (await import('./run.ts')).synth(options))
