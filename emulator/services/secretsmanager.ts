import { Partitions } from './support.ts'
import { AwsError, type Context, type PermissionsOf, type Service } from './types.ts'

export interface NewSecret {
  account: string
  region: string
  name: string
  arn: string
  description?: string
  value?: string
}

/** Secrets by name. */
export class SecretsManager implements Service {
  readonly #secrets = new Partitions<NewSecret[]>(() => [])

  #find(id: string, place: { account: string; region: string }): NewSecret | undefined {
    return this.#secrets.in(place).find(({ name, arn }) => name === id || arn === id)
  }

  addSecret(secret: NewSecret): void {
    this.#secrets.in(secret).push(secret)
  }

  removeSecret(place: { account: string; region: string }, name: string): void {
    const secrets = this.#secrets.in(place)
    secrets.splice(0, secrets.length, ...secrets.filter((secret) => secret.name !== name))
  }

  readonly permissions: Record<string, PermissionsOf> = {
    GetSecretValue: ({ SecretId }: { SecretId: string }, context) => [
      {
        action: 'secretsmanager:GetSecretValue',
        resource:
          this.#find(SecretId, context)?.arn ??
          `arn:aws:secretsmanager:${context.region}:${context.account}:secret:${SecretId}-000000`,
      },
    ],
  }

  readonly operations = {
    GetSecretValue: ({ SecretId }: { SecretId: string }, context: Context) => {
      const secret = this.#find(SecretId, context)
      if (!secret) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
      return { ARN: secret.arn, Name: secret.name, SecretString: secret.value ?? '' }
    },

    ListSecrets: (_input: unknown, context: Context) => ({
      SecretList: this.#secrets.in(context).map(({ name, arn, description }) => ({
        Name: name,
        ARN: arn,
        Description: description,
      })),
    }),
  }
}
