import type { Key } from '../services/kms.ts'
import { arnOf } from './arn.ts'
import type { Load } from './loading.ts'

/** Keys are there to be looked at; nothing is encrypted. */
export const keys: Record<string, Load> = {
  'AWS::KMS::Key': (
    { aws, notEmulated },
    place,
    logicalId,
    { KeyPolicy: policy, Enabled: enabled = true }: { KeyPolicy: Key['policy']; Enabled?: boolean },
  ) => {
    notEmulated.set('AWS::KMS::Key', 'key policies and grants')
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
    aws.kms.addAlias(arnOf(place, 'kms', alias), key.startsWith('arn:') ? key : arnOf(place, 'kms', `key/${key}`))
    return { ref: alias }
  },
}
