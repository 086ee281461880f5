import type { Key } from '../services/kms.ts'
import { arnOf } from './arn.ts'
import { type Kind, physical } from './loading.ts'

/** Keys are there to be looked at; nothing is encrypted. */
export const keys: Record<string, Kind> = {
  'AWS::KMS::Key': {
    create: (
      { aws, notEmulated },
      site,
      logicalId,
      { KeyPolicy: policy, Enabled: enabled = true }: { KeyPolicy: Key['policy']; Enabled?: boolean },
    ) => {
      notEmulated.set('AWS::KMS::Key', 'key policies and grants')
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
      aws.kms.addAlias(arnOf(site, 'kms', alias), key.startsWith('arn:') ? key : arnOf(site, 'kms', `key/${key}`))
      return { ref: alias }
    },
    remove: ({ aws }, site, { created }) => aws.kms.removeAlias(arnOf(site, 'kms', created.ref)),
  },
}
