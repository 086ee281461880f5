import * as v from 'valibot'
import { atLeastOne, integer, listOf, object, oneOf, text } from './values.ts'

/**
 * The document of a component, as AWSTOE reads it.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html and toe-action-modules.html
 */

const phases = ['build', 'validate', 'test'] as const

/** Action modules and the platforms that they run on; both where nothing is said. */
export const actionPlatforms: Record<string, 'Linux' | 'Windows' | undefined> = {
  Assert: undefined,
  ExecuteBash: 'Linux',
  ExecuteBinary: undefined,
  ExecuteDocument: undefined,
  ExecutePowerShell: 'Windows',
  S3Download: undefined,
  S3Upload: undefined,
  WebDownload: undefined,
  AppendFile: undefined,
  CopyFile: undefined,
  CopyFolder: undefined,
  CreateFile: undefined,
  CreateFolder: undefined,
  CreateSymlink: undefined,
  DeleteFile: undefined,
  DeleteFolder: undefined,
  ListFiles: undefined,
  MoveFile: undefined,
  MoveFolder: undefined,
  ReadFile: undefined,
  SetFileEncoding: undefined,
  SetFileOwner: undefined,
  SetFolderOwner: undefined,
  SetFilePermissions: undefined,
  SetFolderPermissions: undefined,
  InstallMSI: 'Windows',
  UninstallMSI: 'Windows',
  Reboot: undefined,
  SetRegistry: 'Windows',
  UpdateOS: undefined,
}

const Step = object({
  name: text,
  action: v.picklist(Object.keys(actionPlatforms), 'an AWSTOE action'),
  inputs: v.exactOptional(v.unknown()),
  onFailure: v.exactOptional(oneOf(['Abort', 'Continue', 'Ignore'])),
  maxAttempts: v.exactOptional(integer(1, 100)),
  timeoutSeconds: v.exactOptional(integer(-1, 604800)),
  loop: v.exactOptional(v.unknown()),
  if: v.exactOptional(v.unknown()),
})

const Phase = object({ name: oneOf(phases), steps: atLeastOne(Step, 'step') })

const Parameter = object({
  type: oneOf(['string']),
  default: v.exactOptional(v.string('text')),
  description: v.exactOptional(text),
})

const byName = <const S extends v.GenericSchema>(value: S, what: string) =>
  v.record(text, value, `one ${what} by its name`)

export const Document = object({
  name: v.exactOptional(text),
  description: v.exactOptional(text),
  schemaVersion: v.optional(
    v.pipe(
      v.union([v.string(), v.number()], '1.0'),
      v.check((value) => Number(value) === 1, '1.0'),
      v.transform(() => '1.0'),
    ),
    '1.0',
  ),
  parameters: v.exactOptional(
    v.pipe(
      listOf(byName(Parameter, 'parameter')),
      v.maxLength(25, 'at most 25 parameters, the limit of Image Builder'),
    ),
  ),
  constants: v.exactOptional(listOf(byName(v.unknown(), 'constant'))),
  phases: atLeastOne(Phase, 'phase'),
})

export type Document = v.InferOutput<typeof Document>
