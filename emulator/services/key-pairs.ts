import type { DescribeKeyPairsRequest } from '@aws-sdk/client-ec2'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import { Partitions } from './support.ts'
import { AwsError, type Context } from './types.ts'

interface Place {
  account: string
  region: string
}

/** The key pairs of all accounts, by name: nobody logs in. */
export class KeyPairs {
  readonly #names = new Partitions<Set<string>>(() => new Set())

  add(name: string, place: Place): void {
    this.#names.in(place).add(name)
  }

  remove(name: string, place: Place): void {
    this.#names.in(place).delete(name)
  }

  /** @throws AwsError https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html */
  mustExist(name: string, place: Place): void {
    if (!this.#names.in(place).has(name))
      throw new AwsError('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`)
  }

  readonly permissions = {}

  readonly operations = {
    DescribeKeyPairs: (
      { KeyNames: names, KeyPairIds: ids, Filters: filters }: DescribeKeyPairsRequest,
      place: Context,
    ) => {
      if (ids || filters) throw new UnsupportedFeature('option', 'KeyPairIds and Filters of DescribeKeyPairs')
      for (const name of names ?? []) this.mustExist(name, place)
      return { KeyPairs: (names ?? [...this.#names.in(place)]).map((KeyName) => ({ KeyName })) }
    },
  }
}
