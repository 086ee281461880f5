import { styleText } from 'node:util'
import { Command } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { addDoctor } from './doctor/command.ts'
import { examples } from './options/options.ts'
import { addApprove, addCancel, addPromote, addReject, addRetry, addStart } from './program/campaigns.ts'
import { addCheck, addPlan } from './program/fleet.ts'
import { addHistory, addLineage, addStatus } from './program/looking.ts'
import { addHold, addResume, addRevoke, addRollback } from './program/releases.ts'
import { addRehearse } from './rehearse/command.ts'
import { addRetire } from './retire/command.ts'

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
  addStatus(program)
  addHistory(program)
  addLineage(program)
  addApprove(program)
  addReject(program)
  addCancel(program)
  addRetry(program)
  addPromote(program)
  addRollback(program)
  addHold(program)
  addResume(program)
  addRevoke(program)
  addRetire(program)
  addDoctor(program)
  addRehearse(program)
  return program
}
