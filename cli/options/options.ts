import { fleetName } from '../standing.ts'
import { startedAs } from '../typed.ts'
import { collect, instant } from './parsers.ts'

/** What several commands have in common: flags, with their types, and what their help says. */

/**
 * What the work of a command gets of its flags: as the command declares them, which is the only place where they are
 * typed. The action is not part of the declaration, as it takes these types itself. A flag without a value may be false
 * too, not only left out.
 */
export type OptionsOf<Declaration extends (...args: never[]) => { opts: () => object }> = Flags<
  ReturnType<ReturnType<Declaration>['opts']>
>

type Flags<Options> = {
  [Name in keyof Options]: Exclude<Options[Name], undefined> extends boolean ? boolean : Options[Name]
}

/** Where it is not given, `createProgram` puts the nearest in its place. */
export const fleetOption = [
  '-f, --fleet <file>',
  'the fleet; without it the nearest, here or in a folder above',
  fleetName,
] as const
export const profileOption = ['--profile <name>', 'the AWS profile whose credentials are used'] as const
export const eventHelp = 'an event as EventBridge delivers it, a JSON file such as those in events/'
export const releaseHelp = 'as if this upstream of the fleet had just released an AMI'
export const imageOption = [
  '--image <name>',
  'this image, and all that descends from it (repeatable)',
  collect,
] as const
export const upstreamOption = ['--upstream <name>', 'all that descends from this upstream'] as const
export const amiOption = ['--ami <id>', 'with --upstream: from this AMI, which it is from then on'] as const
export const emergencyOption = ['--emergency', 'no freeze and no window holds it up'] as const
export const endpointOption = ['--endpoint-url <url>', 'a rehearsal that is served, in place of AWS'] as const

export const exitCodeOption = ['--exit-code', 'end with 3 where something would change'] as const
export const yesOption = ['-y, --yes', 'go on without asking'] as const
export const atOption = [
  '--at <time>',
  'its time, and so its name: the same again starts nothing. Default: now',
  instant,
] as const
/** @param help what it prints is each command's own */
export const jsonOption = (help: string) => ['--json', help] as const

/** Commands as they are typed, for help. */
export const examples = (...commands: string[]) =>
  ['', 'Examples:', ...commands.map((command) => `  $ ${command.replace(/^rebake/, startedAs())}`)].join('\n')

/** What a user of the command may have to be given, for help. */
export const takes = (...permissions: string[]) => `\nIt takes these permissions: ${permissions.join(', ')}.`
