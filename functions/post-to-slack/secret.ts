import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as v from 'valibot'
import { isDenied, isMissing, isUndecryptable } from '../../aws/errors.ts'
import { SlackRefused } from '../../domain/errors.ts'

/** How to reach one channel: by its webhook, or as a bot. */
export type Secret = { url: string } | { token: string; channel: string }

/** The secret's name, and what is in it: read again once it is five minutes old. */
export interface SecretSource {
  name: string
  read(): Promise<Secret>
}

const Secret = v.union([
  v.strictObject({ url: v.pipe(v.string(), v.url()) }),
  v.strictObject({ token: v.pipe(v.string(), v.nonEmpty()), channel: v.pipe(v.string(), v.nonEmpty()) }),
])

const keptFor = 5 * 60_000

export function secretOf(client: SecretsManagerClient, name: string, now = Date.now): SecretSource {
  let known: { secret: Secret; until: number } | undefined
  return {
    name,
    async read() {
      if (known && now() < known.until) return known.secret
      const secret = parse(name, await stringIn(client, name))
      known = { secret, until: now() + keptFor }
      return secret
    },
  }
}

async function stringIn(client: SecretsManagerClient, name: string): Promise<string> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }))
    return SecretString ?? ''
  } catch (error) {
    const why = adviceOn(error)
    if (why !== undefined) throw new SlackRefused(`secret ${name}: ${why}`, { cause: error })
    throw error
  }
}

function adviceOn(error: unknown): string | undefined {
  if (isMissing(error))
    return 'there is none of this name in the build account and region. Make it with aws secretsmanager create-secret'
  if (isDenied(error))
    return 'it may not be read. Where it has a KMS key of its own, give it the default key, aws/secretsmanager'
  if (isUndecryptable(error)) return 'its KMS key does not decrypt it. Give it the default key, aws/secretsmanager'
  return undefined
}

/** No cause: what JSON.parse and Valibot say of a secret quotes it. */
function parse(name: string, value: string): Secret {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), Secret), value)
  if (result.success) return result.output
  throw new SlackRefused(
    `secret ${name}: it must be JSON, { "url": ... } of an incoming webhook or { "token": ..., "channel": ... } of a bot, and nothing else`,
  )
}
