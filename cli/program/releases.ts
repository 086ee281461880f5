import type { Command } from 'commander'
import { atOption, endpointOption, examples, fleetOption, takes, yesOption } from '../options/options.ts'

/** What people do with releases. */

export const addRollback = (program: Command) =>
  program
    .command('rollback')
    .summary('go back to an older release of an image, in every target')
    .description(
      'Points every target of an image back to an older release, ring by ring: the parameter, its channels and its ' +
        'launch templates, with the AMI of each account and region. It shows what it would do, asks, starts it in the ' +
        "fleet's build account with your own AWS credentials, and follows it to its end. The image is held from then on, " +
        'so that no campaign moves it forth again: rebake resume lets it go on. The same command again writes only what ' +
        'differs.',
    )
    .argument('<image>', 'the image that goes back')
    .option(...fleetOption)
    .option('--to <version>', 'the release to go back to, as 1.0.3/1. Default: the last good one before')
    .option('--ring <name>', 'only the targets of this ring; children and the build account stay as they are')
    .option('--reason <text>', 'why, in a line: everybody who is told of it reads it')
    .option(...yesOption)
    .option(...atOption)
    .option(...endpointOption)
    .option('--json', 'print what it came to as one JSON document (needs --yes)')
    .addHelpText(
      'after',
      examples(
        'rebake rollback payments-api',
        'rebake rollback payments-api --to 1.0.3/1 --reason CVE-2026-1234',
        'rebake rollback payments-api --ring early --yes',
      ),
    )
    .addHelpText(
      'after',
      takes('states:StartExecution', 'states:DescribeExecution', 'dynamodb:GetItem', 'dynamodb:Query'),
    )
    .addHelpText('after', 'The exit code is 1 where some target did not go back.')
    .action(async (image, options) => (await import('../rollback/run.ts')).rollback({ ...options, image }))

export const addRevoke = (program: Command) =>
  program
    .command('revoke')
    .summary('make a release unusable, everywhere')
    .description(
      'Takes back a release that nobody may use any more, with --descendants also all that was baked from it: pointers go ' +
        'back to the last good release of each image, the AMIs are disabled in every account, and what is affected is ' +
        'baked anew. What a running instance or an Auto Scaling group uses is not disabled but deprecated, and named. It ' +
        'shows what it would do and what runs on it, asks, starts it in the build account, and follows it to its end. ' +
        'The same command again goes on with what is left.',
    )
    .argument('<image>', 'the image')
    .argument('<version>', 'its release, as 1.0.3/1: rebake history has them')
    .option(...fleetOption)
    .option('--descendants', 'also every release that was baked from it, directly or not')
    .option('--force', 'disable also what is in use: what runs keeps running, what scales out fails')
    .option('--reason <text>', 'why, in a line, which it takes: everybody who launches from it reads it')
    .option(...yesOption)
    .option(...atOption)
    .option(...endpointOption)
    .option('--json', 'print what it came to as one JSON document (needs --yes)')
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
    .action(async (image, version, options) =>
      (await import('../revoke/run.ts')).revoke({ ...options, image, version }),
    )

const holding = (program: Command, name: string, summary: string) =>
  program
    .command(name)
    .summary(summary)
    .argument('<image>', 'the image')
    .option(...fleetOption)
    .option(...yesOption)
    .option(...endpointOption)
    .option('--json', 'print what holds the image as one JSON document (needs --yes)')

const holdPermissions = takes('lambda:InvokeFunction of the function hold-image', 'dynamodb:GetItem', 'dynamodb:Query')

export const addHold = (program: Command) =>
  holding(program, 'hold', 'keep an image where it is')
    .description(
      'Keeps an image where it is: no campaign bakes it, and nothing points to anything else. What is under way stops ' +
        'before its next step. rebake resume lets it go on.',
    )
    .option('--reason <text>', 'why, in a line, which it takes: everybody who finds the image held reads it')
    .addHelpText('after', examples('rebake hold payments-api --reason INC-4711'))
    .addHelpText('after', holdPermissions)
    .action(async (image, options) => (await import('../hold/run.ts')).hold({ ...options, image }))

export const addResume = (program: Command) =>
  holding(program, 'resume', 'let an image go on that is held')
    .description(
      'Lets an image go on that somebody holds, or that was rolled back, and says what happens then: what waits goes on, ' +
        'and the next look at all images rebakes it where it is not what the fleet says.',
    )
    .addHelpText('after', examples('rebake resume payments-api'))
    .addHelpText('after', holdPermissions)
    .action(async (image, options) => (await import('../hold/run.ts')).resume({ ...options, image }))
