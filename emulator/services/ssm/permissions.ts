import type { PutParameterRequest } from '@aws-sdk/client-ssm'
import type { Context, Permission, PermissionsOf } from '../types.ts'
import { arnOf, defaultKey, last, type Parameter } from './store.ts'

/** A permission on each parameter that a member of the input names. */
const on =
  (action: string, member = 'Name'): PermissionsOf =>
  (input, context) =>
    [input[member] ?? []].flat().map((name: string) => ({
      action: `ssm:${action}`,
      resource: arnOf(name.replace(/^arn:[^/]+:parameter/, '').replace(/:.*$/, ''), context),
    }))

/**
 * A SecureString takes its key as well, with the caller's own permission.
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
 */
const onKey = (action: 'Encrypt' | 'Decrypt', key: string, arn: string, { account, region }: Context): Permission => ({
  action: `kms:${action}`,
  resource: key.startsWith('arn:')
    ? key
    : `arn:aws:kms:${region}:${account}:${key.startsWith('alias/') ? key : `key/${key}`}`,
  context: { 'kms:ViaService': `ssm.${region}.amazonaws.com`, 'kms:EncryptionContext:PARAMETER_ARN': arn },
})

/** To decrypt a SecureString, the caller needs its key. */
const reading =
  (action: string, member: string, find: (name: string, context: Context) => Parameter | undefined): PermissionsOf =>
  (input, context) => {
    const parameters = input.WithDecryption
      ? [input[member]].flat().flatMap((name: string) => find(name, context) ?? [])
      : []
    const decrypt = parameters.flatMap((parameter) => {
      const { key } = last(parameter)
      return key === undefined ? [] : [onKey('Decrypt', key, parameter.arn, context)]
    })
    return [...on(action, member)(input, context), ...decrypt]
  }

/** @param find a parameter as it is, by its name with a version or without */
export const permissions = (
  find: (name: string, context: Context) => Parameter | undefined,
): Record<string, PermissionsOf> => ({
  PutParameter: (input: PutParameterRequest, context) => {
    const known = find(input.Name ?? '', context)
    return [
      ...on('PutParameter')(input, context),
      ...(input.Type === 'SecureString'
        ? [onKey('Encrypt', input.KeyId ?? defaultKey, arnOf(input.Name ?? '', context), context)]
        : []),
      ...(input.Tags?.length ? on('AddTagsToResource')(input, context) : []),
      // Who names an AMI must be able to look at it, whether or not the call says again that the parameter names one.
      // https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html
      ...(((known && last(known).dataType) ?? input.DataType) === 'aws:ec2:image'
        ? [{ action: 'ec2:DescribeImages', resource: '*' }]
        : []),
    ]
  },
  GetParameter: reading('GetParameter', 'Name', find),
  GetParameters: reading('GetParameters', 'Names', find),
  GetParametersByPath: on('GetParametersByPath', 'Path'),
  GetParameterHistory: on('GetParameterHistory'),
  DeleteParameter: on('DeleteParameter'),
  AddTagsToResource: on('AddTagsToResource', 'ResourceId'),
  ListTagsForResource: on('ListTagsForResource', 'ResourceId'),
  LabelParameterVersion: on('LabelParameterVersion'),
})
