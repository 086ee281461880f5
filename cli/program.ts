import { styleText } from 'node:util'
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { description, version } from '../domain/product.ts'
import { approveCommand, rejectCommand } from './approve/command.ts'
import { bootstrapCommand } from './bootstrap/command.ts'
import { cancelCommand } from './cancel/command.ts'
import { checkCommand } from './check/command.ts'
import { deployCommand } from './deploy/command.ts'
import { diffCommand } from './diff/command.ts'
import { doctorCommand } from './doctor/command.ts'
import { historyCommand } from './history/command.ts'
import { holdCommand, resumeCommand } from './hold/command.ts'
import { importCommand } from './import/command.ts'
import { initCommand } from './init/command.ts'
import { lineageCommand } from './lineage/command.ts'
import { examples } from './options/options.ts'
import { planCommand } from './plan/command.ts'
import { promoteCommand } from './promote/command.ts'
import { rehearseCommand } from './rehearse/command.ts'
import { retireCommand } from './retire/command.ts'
import { retryCommand } from './retry/command.ts'
import { revokeCommand } from './revoke/command.ts'
import { rollbackCommand } from './rollback/command.ts'
import { nearestFleet, refuseTakenByNpm } from './standing.ts'
import { startCommand } from './start/command.ts'
import { statusCommand } from './status/command.ts'
import { synthCommand } from './synth/command.ts'
import { rememberFleet } from './typed.ts'

/** In the order of the help. */
const commands: (() => CommandUnknownOpts)[] = [
  initCommand,
  importCommand,
  checkCommand,
  planCommand,
  rehearseCommand,
  synthCommand,
  diffCommand,
  bootstrapCommand,
  deployCommand,
  doctorCommand,
  startCommand,
  statusCommand,
  historyCommand,
  lineageCommand,
  approveCommand,
  rejectCommand,
  cancelCommand,
  retryCommand,
  promoteCommand,
  rollbackCommand,
  holdCommand,
  resumeCommand,
  revokeCommand,
  retireCommand,
]

/**
 * The command line: what can be asked, and how. An action's module is loaded when it is asked for, so that
 * help and mistakes are answered at once.
 */
export function createProgram(): Command {
  const program = new Command('rebake')
    .description(description)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'say more about a command')
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('(--help says what is possible)')
    .configureHelp({ styleTitle: (title) => styleText('bold', title, { validateStream: false }) })
    .addHelpText('after', examples('rebake check', 'rebake plan --release al2023-soe', 'rebake rehearse'))
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 something failed, 2 bad usage or bad input; with --exit-code 3 for a change.',
    )
  program.hook('preAction', (_, command) => {
    refuseTakenByNpm(
      process.env,
      command.options.map((option) => option.attributeName()),
    )
    const source = command.getOptionValueSource('fleet')
    rememberFleet(source === 'cli' ? String(command.getOptionValue('fleet')) : undefined)
    if (source === 'default') command.setOptionValueWithSource('fleet', nearestFleet(process.cwd()), 'implied')
  })
  for (const command of commands) program.addCommand(command().copyInheritedSettings(program))
  return program
}
