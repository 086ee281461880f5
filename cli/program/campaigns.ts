import type { Command } from 'commander'
import {
  amiOption,
  atOption,
  emergencyOption,
  endpointOption,
  examples,
  fleetOption,
  imageOption,
  takes,
  upstreamOption,
  yesOption,
} from '../options/options.ts'

/** What people do with campaigns. */

export const addStart = (program: Command) =>
  program
    .command('start')
    .summary('start a campaign by hand')
    .description(
      'Shows what a campaign would bake, by what the ledger knows, asks whether to go on, and starts it: by the ' +
        "state machine of the fleet's build account, with your own AWS credentials. Name images or an upstream.",
    )
    .option(...fleetOption)
    .option(...imageOption)
    .option(...upstreamOption)
    .option(...amiOption)
    .option(...emergencyOption)
    .option('--reason <text>', 'why, in a line: everybody who is told of the campaign reads it')
    .option(...yesOption)
    .option(...atOption)
    .option(...endpointOption)
    .option('--json', 'print what was started as one JSON document (needs --yes)')
    .addHelpText(
      'after',
      examples(
        'rebake start --image payments-api',
        'rebake start --upstream al2023-soe --ami ami-0a1b2c3d4e5f67890 --emergency',
        'rebake start --image orders-api --endpoint-url http://127.0.0.1:4566 --yes',
      ),
    )
    .addHelpText('after', takes('states:StartExecution', 'dynamodb:GetItem', 'ec2:DescribeImages'))
    .action(async (options) => (await import('../start/run.ts')).startByHand(options))

export const addCancel = (program: Command) =>
  program
    .command('cancel')
    .summary('end a campaign, or one image in it')
    .description(
      'Shows what is under way and what will not begin any more, asks whether to go on, and stops it: bakes are ' +
        'cancelled, turns go to whoever waits for them, and people are told who did it and why. Of an image, all that ' +
        'descends from it ends too. What is published stays where it is. What waits for a freeze can be cancelled as ' +
        'well; what has ended stays as it has.',
    )
    .argument('<campaign>', 'the campaign')
    .argument('[image]', 'one image in it, and all that descends from it')
    .option(...fleetOption)
    .option('--reason <text>', 'why, in a line: everybody who is told of it reads it')
    .option(...yesOption)
    .option(...endpointOption)
    .option('--json', 'print what was cancelled as one JSON document (needs --yes)')
    .addHelpText(
      'after',
      examples(
        'rebake cancel al2023-soe-ami-0a1b2c3d4e5f67890',
        'rebake cancel al2023-soe-ami-0a1b2c3d4e5f67890 payments-api --reason CVE-2026-1234',
      ),
    )
    .addHelpText('after', takes('states:StopExecution on the executions of both state machines', 'dynamodb:Query'))
    .action(async (campaign, image, options) =>
      (await import('../cancel/run.ts')).cancel({ ...options, campaign, image }),
    )

export const addPromote = (program: Command) =>
  program
    .command('promote')
    .summary('roll out a release again, without baking it')
    .description(
      'Rolls out a release that passed its checks and is not stable, through all rings of its image: its roll-out ' +
        'failed, was rejected, cancelled or overtaken, or it was rolled back and is wanted after all. It shows what that ' +
        'does, asks whether to go on, and starts a campaign. A newer bake goes before it; an older version than the ' +
        'newest that passed is rolled out only if it is named.',
    )
    .argument('<image>', 'the image')
    .argument('[version]', 'its version, as 1.0.3/1. Default: the newest that passed its checks')
    .option(...fleetOption)
    .option(...emergencyOption)
    .option('--reason <text>', 'why, in a line: everybody who is told of the campaign reads it')
    .option(...yesOption)
    .option(...atOption)
    .option(...endpointOption)
    .option('--json', 'print what was started as one JSON document (needs --yes)')
    .addHelpText(
      'after',
      examples('rebake promote payments-api', 'rebake promote payments-api 1.0.3/1 --reason rehabilitated --yes'),
    )
    .addHelpText('after', takes('states:StartExecution', 'dynamodb:GetItem', 'dynamodb:Query'))
    .action(async (image, version, options) =>
      (await import('../promote/run.ts')).promote({ ...options, image, version }),
    )

export const addRetry = (program: Command) =>
  program
    .command('retry')
    .summary('take up again what failed last of an image')
    .description(
      'Says what failed last of an image, where and why, asks whether to go on, and starts that again: a bake, with all ' +
        'that descends from the image, or the roll-out of what had passed its checks.',
    )
    .argument('<image>', 'the image')
    .option(...fleetOption)
    .option(...emergencyOption)
    .option('--reason <text>', 'why, in a line. Default: what failed, and where')
    .option(...yesOption)
    .option(...atOption)
    .option(...endpointOption)
    .option('--json', 'print what was started as one JSON document (needs --yes)')
    .addHelpText('after', examples('rebake retry payments-api', 'rebake retry payments-api --emergency --yes'))
    .addHelpText('after', takes('states:StartExecution', 'dynamodb:GetItem', 'dynamodb:Query', 'ec2:DescribeImages'))
    .action(async (image, options) => (await import('../retry/run.ts')).retry({ ...options, image }))

const approvalHelp =
  'Without CAMPAIGN it lists what waits for an approval, until when, and who may approve it; with CAMPAIGN alone it ' +
  'answers for all that waits of it. It asks whether to go on, and hands the answer to a function of the ' +
  "fleet's build account, with your own AWS credentials: you must be one of those who may."
const approvalPermissions = takes('lambda:InvokeFunction of the function answer-approval', 'dynamodb:GetItem')

const answering = (program: Command, name: string, summary: string) =>
  program
    .command(name)
    .summary(summary)
    .argument('[campaign]', 'the campaign; alone, all that waits of it')
    .argument('[image]', 'the image that waits')
    .option(...fleetOption)
    .option('--ring <name>', 'the ring that it waits to go to. Default: any')
    .option(...yesOption)
    .option(...endpointOption)
    .option('--json', 'print what waits, or the answer (needs --yes), as one JSON document')

export const addApprove = (program: Command) =>
  answering(program, 'approve', 'let an image go to a ring that asks for an approval')
    .description(`Lets an image go to a ring that takes it only when somebody has approved. ${approvalHelp}`)
    .option('--reason <text>', 'why, in a line: the ledger keeps it')
    .addHelpText(
      'after',
      examples(
        'rebake approve',
        'rebake approve al2023-soe-ami-0a1b2c3d4e5f67890 payments-api --ring everyone',
        'rebake approve al2023-soe-ami-0a1b2c3d4e5f67890 --yes',
      ),
    )
    .addHelpText('after', approvalPermissions)
    .action(async (campaign, image, options) =>
      (await import('../approve/run.ts')).approve({ ...options, campaign, image }),
    )

export const addReject = (program: Command) =>
  answering(program, 'reject', 'keep an image from a ring that asks for an approval')
    .description(
      'Keeps an image from a ring that takes it only when somebody has approved, and so from the rings after it; those ' +
        `before it keep it. ${approvalHelp}`,
    )
    .option('--reason <text>', 'why, in a line, which it takes: everybody who is told of the image reads it')
    .addHelpText(
      'after',
      examples('rebake reject', 'rebake reject al2023-soe-ami-0a1b2c3d4e5f67890 payments-api --reason CVE-2026-1234'),
    )
    .addHelpText('after', approvalPermissions)
    .action(async (campaign, image, options) =>
      (await import('../approve/run.ts')).reject({ ...options, campaign, image }),
    )
