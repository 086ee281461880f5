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
  new Command('revoke')
    .summary('make a release unusable, everywhere')
    .description(
      'Takes back a release that nobody may use any more, with --descendants also all that was baked from it: pointers go ' +
        'back to the last good release of each image, the AMIs are disabled in every account, and what is affected is ' +
        'baked again. What a running instance or an Auto Scaling group uses is not disabled but deprecated, and named. It ' +
        'shows what it would do and what runs on it, asks, starts it in the build account, and follows it to its end. ' +
        'The same command again goes on with what is left.',
    )
    .argument('<image>', 'the image')
    .argument('<version>', 'its release, as 1.0.3/1: history has them')
    .option(...fleetOption)
    .option('--descendants', 'also every release that was baked from it, directly or not')
    .option('--force', 'disable also what is in use: what runs keeps running, what scales out fails')
    .option('--reason <text>', 'why, in a line, which it takes: everybody who launches from it reads it')
    .option(...yesOption)
    .option(...atOption)
    .option(...endpointOption)
    .option(...jsonOption('print what it came to as one JSON document (needs --yes)'))
    .addHelpText(
      'after',
      examples(
        'rebake revoke al2023-hardened 1.0.3/1 --descendants --reason CVE-2026-1234',
        'rebake revoke payments-api 1.0.3/1 --force --reason CVE-2026-1234 --yes',
      ),
    )
    .addHelpText(
      'after',
      takes(
        'lambda:InvokeFunction of the function plan-revocation',
        'states:StartExecution',
        'states:DescribeExecution',
        'dynamodb:GetItem',
        'dynamodb:Query',
      ),
    )
    .addHelpText('after', 'The exit code is 1 where something is not done.')

export interface RevokeOptions extends OptionsOf<typeof declaration> {
  image: string
  version: string
}

export const revokeCommand = () =>
  declaration().action(async (image, version, options) =>
    (await import('./run.ts')).revoke({ ...options, image, version }),
  )
