import { styleText } from 'node:util'
import { Command, InvalidArgumentError } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { faultKinds } from '../rehearsal/faults.ts'

const collect = (value: string, previous: readonly string[] = []) => [...previous, value]

/** A whole number up to `highest`; anything else is bad usage. */
const integer = (highest: number) => (value: string) => {
  if (/^\d+$/.test(value) && Number(value) <= highest) return Number(value)
  throw new InvalidArgumentError(`Expected a whole number from 0 to ${highest}.`)
}

const fleetOption = ['-f, --fleet <file>', 'the fleet', 'fleet.yaml'] as const
const eventHelp = 'an event as EventBridge delivers it, a JSON file such as those in events/'
const releaseHelp = 'as if this upstream of the fleet had just released an AMI'

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

  program
    .command('check')
    .summary('validate the fleet and say what it is')
    .description('Validates the fleet and the component files it names, and says in a few lines what it is.')
    .option(...fleetOption)
    .addHelpText('after', examples('rebake check', 'rebake check --fleet teams/payments.yaml'))
    .action(async (options) => (await import('./commands/check.ts')).check(options))

  program
    .command('plan')
    .summary('say what an event would bake')
    .description(
      'Says which images an event would bake, in what order, which not and why, and how long it would take.',
    )
    .option(...fleetOption)
    .option('-e, --event <file>', eventHelp)
    .option('-r, --release <upstream>', releaseHelp)
    .option('--json', 'print the plan as one JSON document')
    .addHelpText(
      'after',
      examples(
        'rebake plan --event events/ec2.ami-available.json',
        'rebake plan --release ubuntu-soe --json',
      ),
    )
    .action(async (options) => (await import('./commands/plan.ts')).plan(options))

  program
    .command('rehearse')
    .summary('run the whole system on this machine, without AWS')
    .description(
      'Synthesizes the template that deploys, and runs its state machines and bundled functions on a virtual clock ' +
        'against a stand-in for AWS on this machine. Without --event or --release, the first upstream releases an AMI.',
    )
    .option(...fleetOption)
    .option('-e, --event <file>', `${eventHelp} (repeatable)`, collect)
    .option('-r, --release <upstream>', `${releaseHelp} (repeatable)`, collect)
    .option('--fault <kind=target>', 'make something go wrong, see below (repeatable)', collect)
    .option('--seed <number>', 'one seed, one outcome; another seed, another', integer(999_999_999), 1)
    .option(
      '-o, --out <directory>',
      'write calls, executions, history and notifications as .jsonl, and summary.json',
    )
    .option(
      '--serve [port]',
      'afterwards keep the stand-in up for the aws command, until Ctrl-C',
      integer(65_535),
    )
    .option('--json', 'print the outcome as one JSON document, and nothing else')
    .addHelpText(
      'after',
      examples(
        'rebake rehearse --event events/ec2.ami-available.json',
        'rebake rehearse --release ubuntu-soe --fault build-fails=payments-api',
        'rebake rehearse --seed 7 --out rehearsed --json',
        'rebake rehearse --serve 4566',
      ),
    )
    .addHelpText('after', ['', 'Faults:', ...faults].join('\n'))
    .action(async (options) => (await import('./commands/rehearse.ts')).rehearseFleet(options))

  return program
}

const faults = Object.entries(faultKinds).map(([kind, what]) => {
  const [target, meaning] = what.split(/: (.*)/)
  return `  ${`${kind}=${target}`.padEnd(27)} ${meaning}`
})

const examples = (...commands: string[]) =>
  ['', 'Examples:', ...commands.map((command) => `  $ ${command}`)].join('\n')
