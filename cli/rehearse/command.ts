import { Command } from '@commander-js/extra-typings'
import { packageName } from '../../domain/product.ts'
import { openQuestions } from '../../emulator/open-questions.ts'
import { operatingSystemNames } from '../../emulator/operating-systems.ts'
import { faultHelp } from '../../rehearsal/faults.ts'
import { eventHelp, examples, fleetOption, jsonOption, type OptionsOf, releaseHelp } from '../options/options.ts'
import { collect, instant, integer, seconds } from '../options/parsers.ts'

const declaration = () =>
  new Command('rehearse')
    .summary('run the whole system on this machine, without AWS')
    .description(
      'Synthesizes the templates that deploy, and runs their state machines and bundled functions on a virtual clock ' +
        'against an emulator for AWS on this machine. Without --event or --release, the first upstream releases an AMI; ' +
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
    .option(
      '--then <fleet@duration>',
      'deploy a changed fleet file so long after it began, as fleet.next.yaml@36h: what is under way goes on (repeatable)',
      collect,
    )
    .option('--fault <kind=target>', 'make something go wrong, see below (repeatable)', collect)
    .option(
      '--lenient <question>',
      'read what AWS leaves open leniently, see below; `all` for all (repeatable)',
      collect,
    )
    .option(
      '--os <upstream=system>',
      `the operating system of an upstream whose name does not tell, as ${operatingSystemNames.join(', ')}: its root device follows from it (repeatable)`,
      collect,
    )
    .option('--encrypt-by-default', 'every account encrypts its volumes by default, with the key that AWS manages')
    .option(
      '--estate <file>',
      'what the build account had before the fleet: how adopted pipelines were made, and which others there are; examples/estate.yaml says how',
    )
    .option('--seed <number>', 'one seed, one outcome; another seed, another', integer(999_999_999), 1)
    .option('-o, --out <directory>', 'write calls, executions, history and notifications as .jsonl, and summary.json')
    .option(
      '--serve [port]',
      'afterwards keep the emulator up for the aws command and the other commands of rebake, until Ctrl-C',
      integer(65_535),
    )
    .option(...jsonOption('print the outcome as one JSON document, and nothing else'))
    .addHelpText(
      'after',
      examples(
        `rebake rehearse --event node_modules/${packageName}/events/ec2.ami-available.json`,
        'rebake rehearse --release ubuntu-soe --fault build-fails=payments-api',
        'rebake rehearse --for 31d --out rehearsed',
        'rebake rehearse --for 3d --then fleet.next.yaml@90m',
        'rebake rehearse --seed 7 --json',
        'rebake rehearse --serve 4566',
      ),
    )
    .addHelpText('after', ['', 'Faults:', ...faults()].join('\n'))
    .addHelpText('after', ['', 'Questions that AWS leaves open, with the strict reading:', ...questions()].join('\n'))

export type RehearseOptions = OptionsOf<typeof declaration>

export const rehearseCommand = () =>
  declaration().action(async (options) => (await import('./run.ts')).rehearseFleet(options))

function questions(): string[] {
  const width = Math.max(...Object.keys(openQuestions).map((name) => name.length))
  return Object.entries(openQuestions).map(([name, question]) => `  ${name.padEnd(width)}  ${question.strict}`)
}

function faults(): string[] {
  const width = Math.max(...faultHelp.map(({ usage }) => usage.length))
  return faultHelp.map(({ usage, help }) => `  ${usage.padEnd(width)}  ${help}`)
}
