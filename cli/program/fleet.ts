import type { Command } from 'commander'
import {
  amiOption,
  emergencyOption,
  endpointOption,
  eventHelp,
  examples,
  fleetOption,
  imageOption,
  releaseHelp,
  upstreamOption,
} from '../options/options.ts'
import { instant } from '../options/parsers.ts'

/** What a fleet is, and what it would do. */

export const addCheck = (program: Command) =>
  program
    .command('check')
    .summary('validate the fleet and say what it is')
    .description(
      'Validates the fleet and the component files it names, and says in a few lines what it is: its images, where ' +
        'they come from and go to, and what happens when. With --aws it compares the fleet with what there is in its ' +
        'build account: the pipelines that a deploy made, and those that it adopts; it changes nothing.',
    )
    .option(...fleetOption)
    .option('--at <time>', 'as of this time, rather than now', instant)
    .option('--aws', 'compare with the build account too, with your own AWS credentials')
    .option(...endpointOption)
    .option('--json', 'print the fleet, every default filled in, and what was compared as one JSON document')
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
      '\nWith --aws it takes these permissions, all of imagebuilder: GetImagePipeline, GetImageRecipe, ' +
        'GetDistributionConfiguration, GetComponent, ListComponents.',
    )
    .action(async (options) => (await import('../check/run.ts')).check(options))

export const addPlan = (program: Command) =>
  program
    .command('plan')
    .summary('say what would be baked, and why')
    .description(
      'Says for every image of the fleet whether it would be baked and why, in what order, until when a freeze or a ' +
        'window would hold it up, and how long it would take. Name one trigger. With --live it asks the ledger of the ' +
        "fleet's build account, or of a served rehearsal, what has been baked; it changes nothing.",
    )
    .option(...fleetOption)
    .option('-e, --event <file>', eventHelp)
    .option('-r, --release <upstream>', releaseHelp)
    .option('-c, --cycle <name>', 'a patch cycle, when it comes next')
    .option(...imageOption)
    .option(...upstreamOption)
    .option(...amiOption)
    .option('--drift', 'what the regular look at all images would set right (needs --live)')
    .option(...emergencyOption)
    .option('--at <time>', 'when it happens. Default: what the event says, the next time of a cycle, or now', instant)
    .option('-l, --live', 'ask the ledger what has been baked and what is about to be')
    .option(...endpointOption)
    .option('--json', 'print the plan as one JSON document')
    .addHelpText(
      'after',
      examples(
        'rebake plan --event events/ec2.ami-available.json',
        'rebake plan --release ubuntu-soe --at 2026-12-20T03:00:00Z',
        'rebake plan --image payments-api --live',
        'rebake plan --drift --endpoint-url http://127.0.0.1:4566',
      ),
    )
    .action(async (options) => (await import('../plan/run.ts')).plan(options))
