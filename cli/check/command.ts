import { Command } from '@commander-js/extra-typings'
import { endpointOption, examples, fleetOption, jsonOption, type OptionsOf } from '../options/options.ts'
import { instant } from '../options/parsers.ts'

const declaration = () =>
  new Command('check')
    .summary('validate the fleet and say what it is')
    .description(
      'Validates the fleet and the component files it names, and says in a few lines what it is: its images, where ' +
        'they come from and go to, and what happens when. With --aws it compares the fleet with what there is in its ' +
        'build account, before its first deploy or after: the pipelines that a deploy made, those that it adopts, and what would ' +
        'stop a deploy or a campaign: names, keys, quotas, Allowed AMIs, Amazon Inspector. It changes nothing. Exit code 1: something would.',
    )
    .option(...fleetOption)
    .option('--at <time>', 'as of this time, rather than now', instant)
    .option('--aws', 'compare with the build account too, with your own AWS credentials')
    .option(...endpointOption)
    .option(...jsonOption('print the fleet, every default filled in, and what was compared as one JSON document'))
    .addHelpText(
      'after',
      examples(
        'rebake check',
        'rebake check --fleet teams/payments.yaml',
        'rebake check --at 2026-12-01',
        'rebake check --aws',
      ),
    )
    .addHelpText(
      'after',
      '\nWith --aws it takes the permissions that doctor takes, all of which read, but for those of what a deploy makes. What your ' +
        'credentials may not look at is a warning that it could not be checked.',
    )

export type CheckOptions = OptionsOf<typeof declaration>

export const checkCommand = () => declaration().action(async (options) => (await import('./run.ts')).check(options))
