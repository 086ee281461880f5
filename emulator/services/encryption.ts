import { Partitions } from './support.ts'
import type { Context, Service } from './types.ts'

interface Place {
  account: string
  region: string
}

/**
 * Encryption by default, as each account has it in each region: off, until somebody switches it on.
 * https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
 */
export class Encryption {
  readonly #kept = new Partitions<{ byDefault: boolean; key: string }>(() => ({
    byDefault: false,
    key: 'alias/aws/ebs',
  }))

  /** @param key the account's default key: its id, alias or ARN. Default: the one that AWS manages */
  switchOn(place: Place, key = 'alias/aws/ebs'): void {
    Object.assign(this.#kept.in(place), { byDefault: true, key })
  }

  switchOff(place: Place): void {
    this.#kept.in(place).byDefault = false
  }

  isByDefault(place: Place): boolean {
    return this.#kept.in(place).byDefault
  }

  defaultKeyOf(place: Place): string {
    return this.#kept.in(place).key
  }

  /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetEbsDefaultKmsKeyId.html */
  readonly operations: Service['operations'] = {
    GetEbsEncryptionByDefault: (_: object, context: Context) => ({
      EbsEncryptionByDefault: this.isByDefault(context),
    }),
    GetEbsDefaultKmsKeyId: (_: object, context: Context) => ({ KmsKeyId: this.defaultKeyOf(context) }),
  }
}
