import { commandLine } from '../command-text.ts'
import type { Message } from './message.ts'

/**
 * A message that names commands says once where they run.
 * @param runFrom `notify.runFrom` of the fleet; '' where it has none
 */
export function withWhereToRun(message: Message, runFrom: string): Message {
  if (!message.body.includes(commandLine())) return message
  const where = runFrom === '' ? 'in the repository of the fleet' : `in the repository of the fleet: ${runFrom}`
  return { ...message, body: `${message.body}\nCommands run ${where}` }
}
