import type { PutParameterRequest } from '@aws-sdk/client-ssm'
import type { PermissionsOf } from '../types.ts'
import { arnOf, type Place } from './store.ts'

/** A permission on each parameter that a member of the input names. */
const on =
  (action: string, member = 'Name'): PermissionsOf =>
  (input, context) =>
    [input[member] ?? []].flat().map((name: string) => ({
      action: `ssm:${action}`,
      resource: arnOf(name.replace(/^arn:[^/]+:parameter/, '').replace(/:.*$/, ''), context),
    }))

/** @param typeOf the data type that a parameter has; undefined where it is not there */
export const permissions = (
  typeOf: (name: string, place: Place) => string | undefined,
): Record<string, PermissionsOf> => ({
  PutParameter: (input: PutParameterRequest, context) => [
    ...on('PutParameter')(input, context),
    ...(input.Tags?.length ? on('AddTagsToResource')(input, context) : []),
    // Who names an AMI must be able to look at it, whether or not the call says again that the parameter names one.
    // https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html
    ...((typeOf(input.Name ?? '', context) ?? input.DataType) === 'aws:ec2:image'
      ? [{ action: 'ec2:DescribeImages', resource: '*' }]
      : []),
  ],
  GetParameter: on('GetParameter'),
  GetParameters: on('GetParameters', 'Names'),
  GetParametersByPath: on('GetParametersByPath', 'Path'),
  GetParameterHistory: on('GetParameterHistory'),
  DeleteParameter: on('DeleteParameter'),
  AddTagsToResource: on('AddTagsToResource', 'ResourceId'),
  ListTagsForResource: on('ListTagsForResource', 'ResourceId'),
  LabelParameterVersion: on('LabelParameterVersion'),
})
