import type { Key } from '../services/kms.ts'
import { arnOf } from './arn.ts'
import type { Load } from './loading.ts'
import type { Place } from './template.ts'

/** A key by its id, its alias or its ARN. */
export const keyArnOf = (place: Place, named: string): string => {
  if (named.startsWith('arn:')) return named
  return arnOf(place, 'kms', named.startsWith('alias/') ? named : `key/${named}`)
}

/** Nothing is encrypted; keys decide by their policies who may use them. */
export const keys: Record<string, Load> = {
  'AWS::KMS::Key': (
    { aws },
    place,
    logicalId,
    { KeyPolicy: policy, Enabled: enabled = true }: { KeyPolicy: Key['policy']; Enabled?: boolean },
  ) => {
    const arn = arnOf(place, 'kms', `key/${place.stack}-${logicalId}`)
    aws.kms.addKey({ arn, enabled, policy })
    return { ref: `${place.stack}-${logicalId}`, attributes: { Arn: arn } }
  },

  'AWS::KMS::Alias': (
    { aws },
    place,
    _logicalId,
    { AliasName: alias, TargetKeyId: key }: { AliasName: string; TargetKeyId: string },
  ) => {
    aws.kms.addAlias(arnOf(place, 'kms', alias), keyArnOf(place, key))
    return { ref: alias }
  },
}
