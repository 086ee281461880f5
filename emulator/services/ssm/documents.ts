import { Partitions } from '../support.ts'
import { AwsError } from '../types.ts'
import { type AutomationDocument, checkAutomation } from './automation-document.ts'
import type { Place } from './store.ts'

/** A command document, as far as anybody here reads it. */
export interface CommandDocument {
  schemaVersion: string
  parameters?: Record<string, { default?: unknown }>
  mainSteps: { name: string; action: string; inputs: Record<string, unknown> }[]
}

export type Document = { name: string } & (
  | { type: 'Automation'; content: AutomationDocument }
  | { type: 'Command'; content: CommandDocument }
)

/** AWS's own documents are of no account. */
export const documentArn = (name: string, { account, region }: Place) =>
  `arn:aws:ssm:${region}:${name.startsWith('AWS-') ? '' : account}:document/${name}`

/** The SSM documents of all accounts, each in its one version. */
export class Documents {
  readonly #kept = new Partitions<Map<string, Document>>(() => new Map())

  /** @throws AwsError InvalidDocumentContent for a runbook that Systems Manager would refuse, or the emulator cannot run */
  add(place: Place, document: Document): void {
    const { name } = document
    if (!/^[a-zA-Z0-9_\-.]{3,128}$/.test(name) || /^(aws|amazon|amzn)/i.test(name))
      throw new AwsError('ValidationException', `${name} is no name that a document may have`)
    if (document.type === 'Automation') checkAutomation(document.content)
    this.#kept.in(place).set(name, document)
  }

  remove(place: Place, name: string): void {
    this.#kept.in(place).delete(name)
  }

  /** One of the account's own. */
  find(name: string, place: Place): Document | undefined {
    return this.#kept.in(place).get(name)
  }
}
