import { Command } from '@commander-js/extra-typings'
import { packageName } from '../../domain/product.ts'
import {
  amiOption,
  emergencyOption,
  endpointOption,
  eventHelp,
  examples,
  exitCodeOption,
  fleetOption,
  imageOption,
  jsonOption,
  type OptionsOf,
  releaseHelp,
  upstreamOption,
} from '../options/options.ts'
import { instant } from '../options/parsers.ts'

const declaration = () =>
  new Command('plan')
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
    .option('--base <ref>', 'what a deploy of this fleet would change and have baked, beside the fleet of this git ref')
    .option(...emergencyOption)
    .option('--at <time>', 'when it happens. Default: what the event says, the next time of a cycle, or now', instant)
    .option('-l, --live', 'ask the ledger what has been baked and what is about to be')
    .option(...endpointOption)
    .option(...exitCodeOption)
    .option(...jsonOption('print the plan as one JSON document'))
    .addHelpText(
      'after',
      examples(
        `rebake plan --event node_modules/${packageName}/events/ec2.ami-available.json`,
        'rebake plan --release ubuntu-soe --at 2026-12-20T03:00:00Z',
        'rebake plan --image payments-api --live',
        'rebake plan --base origin/main --exit-code',
        'rebake plan --drift --endpoint-url http://127.0.0.1:4566',
      ),
    )

export type PlanOptions = OptionsOf<typeof declaration>

export const planCommand = () => declaration().action(async (options) => (await import('./run.ts')).plan(options))
