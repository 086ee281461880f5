import { styleText } from 'node:util'
import { Command } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { faultKinds } from '../rehearsal/faults.ts'
import { collect, instant, integer, seconds } from './options.ts'

const fleetOption = ['-f, --fleet <file>', 'the fleet', 'fleet.yaml'] as const
const eventHelp = 'an event as EventBridge delivers it, a JSON file such as those in events/'
const releaseHelp = 'as if this upstream of the fleet had just released an AMI'
const imageOption = [
  '--image <name>',
  'this image, and all that descends from it (repeatable)',
  collect,
] as const
const upstreamOption = ['--upstream <name>', 'all that descends from this upstream'] as const
const amiOption = ['--ami <id>', 'with --upstream: from this AMI, which it is from then on'] as const
const emergencyOption = ['--emergency', 'no freeze and no window holds it up'] as const
const endpointOption = ['--endpoint-url <url>', 'a rehearsal that is served, in place of AWS'] as const

/**
 * The command line: what can be asked, and how. An action's module is loaded when it is asked for, so that
 * help and mistakes are answered at once.
 */
export function createProgram(): Command {
  const program = new Command('rebake')
    .description(manifest.description)
    .version(manifest.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'say more about a command')
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('(--help says what is possible)')
    .configureHelp({ styleTitle: (title) => styleText('bold', title, { validateStream: false }) })
    .addHelpText('after', examples('rebake check', 'rebake plan --release al2023-soe', 'rebake rehearse'))
    .addHelpText('after', '\nExit codes: 0 done, 1 something failed, 2 bad usage or bad input.')
  addCheck(program)
  addPlan(program)
  addStart(program)
  addApprove(program)
  addReject(program)
  addRehearse(program)
  return program
}

const addCheck = (program: Command) =>
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
    .action(async (options) => (await import('./commands/check.ts')).check(options))

const addPlan = (program: Command) =>
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
    .option(
      '--at <time>',
      'when it happens. Default: what the event says, the next time of a cycle, or now',
      instant,
    )
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
    .action(async (options) => (await import('./commands/plan.ts')).plan(options))

const addStart = (program: Command) =>
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
    .option('-y, --yes', 'go on without asking')
    .option('--at <time>', 'its time, and so its name: the same again starts nothing. Default: now', instant)
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
    .addHelpText(
      'after',
      '\nIt takes these permissions: states:StartExecution, dynamodb:GetItem, ec2:DescribeImages.',
    )
    .action(async (options) => (await import('./commands/start.ts')).startByHand(options))

const approvalHelp =
  'Without CAMPAIGN and IMAGE it lists what waits for an approval, until when, and who may approve it. It asks whether ' +
  "to go on, and hands the answer to a function of the fleet's build account, with your own AWS credentials: you must " +
  'be one of those who may.'
const approvalPermissions =
  '\nIt takes these permissions: lambda:InvokeFunction of the function answer-approval, dynamodb:GetItem.'

const answering = (program: Command, name: string, summary: string) =>
  program
    .command(name)
    .summary(summary)
    .argument('[campaign]', 'the campaign; alone, what waits of it is listed')
    .argument('[image]', 'the image that waits')
    .option(...fleetOption)
    .option('--ring <name>', 'the ring that it waits to go to. Default: the one that it waits for')
    .option('-y, --yes', 'go on without asking')
    .option(...endpointOption)
    .option('--json', 'print what waits, or the answer (needs --yes), as one JSON document')

const addApprove = (program: Command) =>
  answering(program, 'approve', 'let an image go to a ring that asks for an approval')
    .description(`Lets an image go to a ring that takes it only when somebody has approved. ${approvalHelp}`)
    .option('--reason <text>', 'why, in a line: the ledger keeps it')
    .addHelpText(
      'after',
      examples(
        'rebake approve',
        'rebake approve al2023-soe-ami-0a1b2c3d4e5f67890 payments-api --ring everyone',
        'rebake approve al2023-soe-ami-0a1b2c3d4e5f67890 payments-api --yes',
      ),
    )
    .addHelpText('after', approvalPermissions)
    .action(async (campaign, image, options) =>
      (await import('./commands/approve.ts')).approve({ ...options, campaign, image }),
    )

const addReject = (program: Command) =>
  answering(program, 'reject', 'keep an image from a ring that asks for an approval')
    .description(
      'Keeps an image from a ring that takes it only when somebody has approved, and so from the rings after it; those ' +
        `before it keep it. ${approvalHelp}`,
    )
    .option('--reason <text>', 'why, in a line, which it takes: everybody who is told of the image reads it')
    .addHelpText(
      'after',
      examples(
        'rebake reject',
        'rebake reject al2023-soe-ami-0a1b2c3d4e5f67890 payments-api --reason CVE-2026-1234',
      ),
    )
    .addHelpText('after', approvalPermissions)
    .action(async (campaign, image, options) =>
      (await import('./commands/approve.ts')).reject({ ...options, campaign, image }),
    )

const addRehearse = (program: Command) =>
  program
    .command('rehearse')
    .summary('run the whole system on this machine, without AWS')
    .description(
      'Synthesizes the templates that deploy, and runs their state machines and bundled functions on a virtual clock ' +
        'against a stand-in for AWS on this machine. Without --event or --release, the first upstream releases an AMI; ' +
        'with --for all of them do, as the seed has it.',
    )
    .option(...fleetOption)
    .option('-e, --event <file>', `${eventHelp} (repeatable)`, collect)
    .option('-r, --release <upstream>', `${releaseHelp} (repeatable)`, collect)
    .option(
      '--for <duration>',
      'let so much virtual time pass, as 31d, 36h or 90m: schedules come, and polls look',
      seconds('1m', '400d'),
    )
    .option('--at <time>', 'when it begins. Default: with the first event, or on 1 September 2026', instant)
    .option('--fault <kind=target>', 'make something go wrong, see below (repeatable)', collect)
    .option('--seed <number>', 'one seed, one outcome; another seed, another', integer(999_999_999), 1)
    .option(
      '-o, --out <directory>',
      'write calls, executions, history and notifications as .jsonl, and summary.json',
    )
    .option(
      '--serve [port]',
      'afterwards keep the stand-in up for the aws command, rebake start and rebake approve, until Ctrl-C',
      integer(65_535),
    )
    .option('--json', 'print the outcome as one JSON document, and nothing else')
    .addHelpText(
      'after',
      examples(
        'rebake rehearse --event events/ec2.ami-available.json',
        'rebake rehearse --release ubuntu-soe --fault build-fails=payments-api',
        'rebake rehearse --for 31d --out rehearsed',
        'rebake rehearse --seed 7 --json',
        'rebake rehearse --serve 4566',
      ),
    )
    .addHelpText('after', ['', 'Faults:', ...faults()].join('\n'))
    .action(async (options) => (await import('./commands/rehearse.ts')).rehearseFleet(options))

function faults(): string[] {
  const parts = Object.entries(faultKinds).map(([kind, what]) => {
    const [target, meaning] = what.split(/: (.*)/)
    return { name: `${kind}=${target}`, meaning }
  })
  const width = Math.max(...parts.map(({ name }) => name.length))
  return parts.map(({ name, meaning }) => `  ${name.padEnd(width)}  ${meaning}`)
}

const examples = (...commands: string[]) =>
  ['', 'Examples:', ...commands.map((command) => `  $ ${command}`)].join('\n')
