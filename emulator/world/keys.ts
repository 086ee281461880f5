import type { Key } from '../services/kms.ts'
import { arnOf } from './arn.ts'
import { type Kind, physical } from './loading.ts'
import type { Place } from './template.ts'

/** A key by its id, its alias or its ARN. */
export const keyArnOf = (place: Place, named: string): string => {
  if (named.startsWith('arn:')) return named
  return arnOf(place, 'kms', named.startsWith('alias/') ? named : `key/${named}`)
}

/** Nothing is encrypted; keys decide by their policies who may use them. */
export const keys: Record<string, Kind> = {
  'AWS::KMS::Key': {
    create: (
      { aws },
      site,
      logicalId,
      { KeyPolicy: policy, Enabled: enabled = true }: { KeyPolicy: Key['policy']; Enabled?: boolean },
    ) => {
      const id = physical(site, logicalId, undefined)
      const arn = arnOf(site, 'kms', `key/${id}`)
      aws.kms.addKey({ arn, enabled, policy })
      return { ref: id, attributes: { Arn: arn } }
    },
    remove: ({ aws }, _site, { created }) => aws.kms.removeKey(String(created.attributes?.Arn)),
  },

  'AWS::KMS::Alias': {
    create: (
      { aws },
      site,
      _logicalId,
      { AliasName: alias, TargetKeyId: key }: { AliasName: string; TargetKeyId: string },
    ) => {
      aws.kms.addAlias(arnOf(site, 'kms', alias), keyArnOf(site, key))
      return { ref: alias }
    },
    remove: ({ aws }, site, { created }) => aws.kms.removeAlias(arnOf(site, 'kms', created.ref)),
  },
}
