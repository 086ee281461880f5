import { Partitions } from '../support.ts'
import type { Context, Service } from '../types.ts'

export interface NewSecret {
  account: string
  region: string
  name: string
  arn: string
  description?: string
}

/** Secrets by name; what is in them is nobody's business here. */
export class SecretsManager implements Service {
  readonly #secrets = new Partitions<NewSecret[]>(() => [])

  addSecret(secret: NewSecret): void {
    this.#secrets.in(secret).push(secret)
  }

  readonly operations = {
    ListSecrets: (_input: unknown, context: Context) => ({
      SecretList: this.#secrets.in(context).map(({ name, arn, description }) => ({
        ...{ Name: name, ARN: arn, Description: description },
      })),
    }),
  }
}
