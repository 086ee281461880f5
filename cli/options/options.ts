import { collect, instant } from './parsers.ts'

/** What the help of several commands has in common. */

export const fleetOption = ['-f, --fleet <file>', 'the fleet', 'fleet.yaml'] as const
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

export const yesOption = ['-y, --yes', 'go on without asking'] as const
export const atOption = [
  '--at <time>',
  'its time, and so its name: the same again starts nothing. Default: now',
  instant,
] as const

/** Commands as they are typed, for help. */
export const examples = (...commands: string[]) =>
  ['', 'Examples:', ...commands.map((command) => `  $ ${command}`)].join('\n')

/** What whoever types a command may have to be given, for help. */
export const takes = (...permissions: string[]) => `\nIt takes these permissions: ${permissions.join(', ')}.`
