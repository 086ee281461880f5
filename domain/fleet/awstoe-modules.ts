import * as v from 'valibot'
import type { Platform } from './model.ts'
import { atLeastOne, integer, listOf, object, oneOf, text } from './values.ts'

/**
 * What AWSTOE runs: its action modules with their inputs and outputs, and the operators of its conditions. Each row names its
 * place on a page of the Image Builder user guide, https://docs.aws.amazon.com/imagebuilder/latest/userguide/.
 */

/** A text that AWSTOE makes up at run time, of any type: nobody knows it here. */
const reference = v.pipe(v.string(), v.regex(/\{\{.+\}\}/s))

/** A value of this type, or a text that has a `{{ reference }}` in it. */
const or = <const S extends v.GenericSchema>(schema: S) => v.union([schema, reference])

const anyOf = (pattern: RegExp, expected: string) => or(v.pipe(v.string(expected), v.regex(pattern, expected)))

const flag = or(v.boolean('true or false'))

const account = "an AWS account id of 12 digits, such as '111122223333'"

/** The guide writes account ids, permissions, owners and `recurse` without quotes: AWSTOE takes both. */
const encodings = /^utf-?(8|(16|32)(-?(LE|BE))?)$/i

/** The types that the guide's tables name, and what their descriptions add. */
export const inputTypes = {
  text,
  content: v.string('text'),
  flag,
  flagOrText: v.union([flag, oneOf(['true', 'false'])]),
  textOrNumber: v.union([text, v.number('text')]),
  account: v.union([
    v.pipe(v.string(account), v.regex(/^\d{12}$|\{\{/, account)),
    v.pipe(v.number(account), v.integer(account), v.minValue(1e11, account), v.maxValue(1e12 - 1, account)),
  ]),
  seconds: or(integer(0, 604_800, ' (seconds)')),
  texts: listOf(v.string('text')),
  commands: atLeastOne(v.string('text: write a command with a colon in quotes, or after a |'), 'command'),
  script: anyOf(/\.ps1$/i, 'the path of a .ps1 file'),
  bucketPath: anyOf(/^s3:\/\/[^/]+\/./, 'an S3 URI such as s3://bucket/key'),
  url: anyOf(/^https?:\/\/./i, 'a URL that begins with https:// or http://'),
  encoding: anyOf(encodings, 'an encoding such as utf-8, utf-16, utf-16-LE or utf-32-BE'),
  algorithm: or(oneOf(['MD5', 'SHA1', 'SHA256', 'SHA512'])),
  reboot: or(oneOf(['Allow', 'Force', 'Skip'])),
  logOptions: anyOf(/^[iwearucmopvx+!*]+$/i, 'log options out of i, w, e, a, r, u, c, m, o, p, v, x, +, ! and *'),
  properties: v.record(
    v.pipe(
      v.string(),
      v.regex(
        /^(?!(REBOOT|REINSTALL|REINSTALLMODE)$)/i,
        'a property that may be changed: not REBOOT, REINSTALL or REINSTALLMODE',
      ),
    ),
    v.string('text'),
    'properties by name',
  ),
  registryPath: anyOf(
    /^(HKEY_(CLASSES_ROOT|USERS|LOCAL_MACHINE|CURRENT_CONFIG|CURRENT_USER)\\|HK(CR|U|LM|CC|CU):)/i,
    'a path that begins with HKLM:, HKCU:, HKCR:, HKU:, HKCC: or the long form of one',
  ),
  registryType: or(oneOf(['BINARY', 'DWORD', 'QWORD', 'SZ', 'EXPAND_SZ', 'MULTI_SZ'])),
  registryValue: v.union([
    v.string('text, a number or a list of them'),
    v.number(),
    v.array(v.union([v.string('text or a number'), v.number()])),
  ]),
  phases: anyOf(/^(build|validate|test)(\s*,\s*(build|validate|test))*$/, 'phases such as build,validate'),
  parameters: listOf(object({ name: text, value: v.string('text') })),
} satisfies Record<string, v.GenericSchema>

export type InputType = keyof typeof inputTypes

interface Input {
  type: InputType
  required?: true
  /** The only platform that it is for; both where nothing is said. */
  platform?: Platform
}

export interface Module {
  /** The only platform that it runs on; both where nothing is said. */
  platform?: Platform
  /** `list`: a list of mappings, one for each file; `condition`: an expression of operators, below. */
  form: 'mapping' | 'list' | 'condition'
  inputs: Record<string, Input>
  /** Exactly one of them is given. */
  oneOf?: readonly string[]
  /** What later steps may use as `{{ phase.step.outputs.NAME }}`. */
  outputs: readonly string[]
  /** Fields of the step that keep their value; another one is an error. */
  fixed?: { timeoutSeconds: number; maxAttempts: number }
  /** Whether it may take long, so that a step needs a time of its own: AWSTOE gives each 7,200 seconds. */
  slow?: true
}

const must = (type: InputType): Input => ({ type, required: true })
const may = (type: InputType): Input => ({ type })
const mayOnLinux = (type: InputType): Input => ({ type, platform: 'Linux' })

const msi: Module = {
  platform: 'Windows',
  form: 'mapping',
  inputs: {
    path: must('text'),
    reboot: may('reboot'),
    logOptions: may('logOptions'),
    logFile: may('text'),
    properties: may('properties'),
    ignoreAuthenticodeSignatureErrors: may('flag'),
    allowUnsignedInstaller: may('flag'),
  },
  outputs: ['logFile', 'msiExitCode', 'stdout'],
  slow: true,
}

/** A copy or a move of files or folders. */
const relocation: Module = {
  form: 'list',
  inputs: { source: must('text'), destination: must('text'), overwrite: may('flag') },
  outputs: [],
}

export const modules: Record<string, Module> = {
  // toe-action-modules.html#action-modules-assertion
  Assert: { form: 'condition', inputs: {}, outputs: [] },
  // toe-action-modules.html#action-modules-executebash
  ExecuteBash: {
    platform: 'Linux',
    form: 'mapping',
    inputs: { commands: must('commands') },
    outputs: ['stdout'],
    slow: true,
  },
  // toe-action-modules.html#action-modules-executebinary
  ExecuteBinary: {
    form: 'mapping',
    inputs: { path: must('text'), arguments: may('texts') },
    outputs: ['stdout'],
    slow: true,
  },
  // toe-action-modules.html#action-modules-executedocument: "returns an error if you try to change them"
  ExecuteDocument: {
    form: 'mapping',
    inputs: {
      document: must('text'),
      'document-s3-bucket-owner': may('account'),
      phases: may('phases'),
      parameters: may('parameters'),
    },
    outputs: [
      'executedStepCount',
      'executionId',
      'failedStepCount',
      'failureMessage',
      'ignoredFailedStepCount',
      'logUrl',
      'status',
    ],
    fixed: { timeoutSeconds: -1, maxAttempts: 1 },
  },
  // toe-action-modules.html#action-modules-executepowershell
  ExecutePowerShell: {
    platform: 'Windows',
    form: 'mapping',
    inputs: { commands: may('commands'), file: may('script') },
    oneOf: ['commands', 'file'],
    outputs: ['stdout'],
    slow: true,
  },
  // toe-action-modules.html#action-modules-s3download
  S3Download: {
    form: 'list',
    inputs: {
      source: must('bucketPath'),
      destination: must('text'),
      expectedBucketOwner: may('account'),
      overwrite: may('flag'),
    },
    outputs: [],
  },
  // toe-action-modules.html#action-modules-s3upload
  S3Upload: {
    form: 'list',
    inputs: {
      source: must('text'),
      destination: must('bucketPath'),
      recurse: may('flagOrText'),
      expectedBucketOwner: may('account'),
    },
    outputs: [],
  },
  // toe-action-modules.html#action-modules-webdownload
  WebDownload: {
    form: 'list',
    inputs: {
      source: must('url'),
      destination: must('text'),
      overwrite: may('flag'),
      checksum: may('text'),
      algorithm: may('algorithm'),
      ignoreCertificateErrors: may('flag'),
    },
    outputs: ['destination'],
  },
  // toe-action-modules.html#action-modules-appendfile
  AppendFile: {
    form: 'list',
    inputs: { path: must('text'), content: may('content'), encoding: may('encoding') },
    outputs: [],
  },
  // toe-action-modules.html#action-modules-copyfile
  CopyFile: relocation,
  // toe-action-modules.html#action-modules-copyfolder
  CopyFolder: relocation,
  // toe-action-modules.html#action-modules-createfile: "returns an error if the owner, group, and permissions options are used on Windows"
  CreateFile: {
    form: 'list',
    inputs: {
      path: must('text'),
      content: may('content'),
      encoding: may('encoding'),
      owner: mayOnLinux('textOrNumber'),
      group: mayOnLinux('textOrNumber'),
      permissions: mayOnLinux('textOrNumber'),
      overwrite: may('flag'),
    },
    outputs: [],
  },
  // toe-action-modules.html#action-modules-createfolder
  CreateFolder: {
    form: 'list',
    inputs: {
      path: must('text'),
      owner: mayOnLinux('textOrNumber'),
      group: mayOnLinux('textOrNumber'),
      permissions: mayOnLinux('textOrNumber'),
      overwrite: may('flag'),
    },
    outputs: [],
  },
  // toe-action-modules.html#action-modules-createsymlink: "not supported on Windows platforms"
  CreateSymlink: {
    platform: 'Linux',
    form: 'list',
    inputs: { path: must('text'), target: must('text'), force: may('flag') },
    outputs: [],
  },
  // toe-action-modules.html#action-modules-deletefile
  DeleteFile: { form: 'list', inputs: { path: must('text') }, outputs: [] },
  // toe-action-modules.html#action-modules-deletefolder
  DeleteFolder: { form: 'list', inputs: { path: must('text'), force: may('flag') }, outputs: [] },
  // toe-action-modules.html#action-modules-listfiles
  ListFiles: {
    form: 'list',
    inputs: { path: must('text'), fileNamePattern: may('text'), recursive: may('flag') },
    outputs: ['files'],
  },
  // toe-action-modules.html#action-modules-movefile
  MoveFile: relocation,
  // toe-action-modules.html#action-modules-movefolder
  MoveFolder: relocation,
  // toe-action-modules.html#action-modules-readfile
  ReadFile: {
    form: 'list',
    inputs: { path: must('text'), encoding: may('encoding'), printFileContent: may('flag') },
    outputs: ['content'],
  },
  // toe-action-modules.html#action-modules-setfileencoding
  SetFileEncoding: { form: 'list', inputs: { path: must('text'), encoding: may('encoding') }, outputs: [] },
  // toe-action-modules.html#action-modules-setfileowner: "not supported on Windows platforms"
  SetFileOwner: {
    platform: 'Linux',
    form: 'list',
    inputs: { path: must('text'), owner: must('textOrNumber'), group: may('textOrNumber') },
    outputs: [],
  },
  // toe-action-modules.html#action-modules-setfolderowner: "not supported on Windows platforms"
  SetFolderOwner: {
    platform: 'Linux',
    form: 'list',
    inputs: {
      path: must('text'),
      owner: must('textOrNumber'),
      group: may('textOrNumber'),
      recursive: may('flag'),
    },
    outputs: [],
  },
  // toe-action-modules.html#action-modules-setfilepermissions: "not supported on Windows platforms"
  SetFilePermissions: {
    platform: 'Linux',
    form: 'list',
    inputs: { path: must('text'), permissions: must('textOrNumber') },
    outputs: [],
  },
  // toe-action-modules.html#action-modules-setfolderpermissions: "not supported on Windows platforms"
  SetFolderPermissions: {
    platform: 'Linux',
    form: 'list',
    inputs: { path: must('text'), permissions: must('textOrNumber'), recursive: may('flag') },
    outputs: [],
  },
  // toe-action-modules.html#action-modules-install-msi
  InstallMSI: msi,
  // toe-action-modules.html#action-modules-uninstall-msi
  UninstallMSI: msi,
  // toe-action-modules.html#action-modules-reboot
  Reboot: { form: 'mapping', inputs: { delaySeconds: may('seconds') }, outputs: [] },
  // toe-action-modules.html#action-modules-setregistry
  SetRegistry: {
    platform: 'Windows',
    form: 'list',
    inputs: {
      path: must('registryPath'),
      name: must('text'),
      value: must('registryValue'),
      type: must('registryType'),
    },
    outputs: [],
  },
  // toe-action-modules.html#action-modules-updateos
  UpdateOS: { form: 'mapping', inputs: { include: may('texts'), exclude: may('texts') }, outputs: [], slow: true },
}

const textOrNumber = v.union([v.string('text or a number'), v.number()])
const number = "a number, or one in quotes such as '2.0'"
/** toe-comparison-operators.html, "Compare numbers" */
const numeric = v.union([v.pipe(v.string(number), v.regex(/^[-+]?([0-9]+[.])?[0-9]+$|\{\{/, number)), v.number()])
const hash = (algorithm: string, digits: number) =>
  anyOf(new RegExp(`^[0-9a-f]{${digits}}$`, 'i'), `the ${algorithm} hash of a file, ${digits} hexadecimal digits`)

interface Operator {
  /** What stands after the operator. */
  base: v.GenericSchema
  /** What it is compared with, and the key of that, where there is one. It may be chained from another step. */
  other?: { key: 'value' | 'path'; schema: v.GenericSchema }
}

const alone: Operator = { base: v.string('text') }
const strings: Operator = { base: textOrNumber, other: { key: 'value', schema: textOrNumber } }
const numbers: Operator = { base: numeric, other: { key: 'value', schema: numeric } }
const hashes = (algorithm: string, digits: number): Operator => ({
  base: hash(algorithm, digits),
  other: { key: 'path', schema: text },
})

export const comparisons: Record<string, Operator> = {
  // toe-comparison-operators.html, "Compare strings"
  stringIsEmpty: alone,
  stringIsWhitespace: alone,
  stringEquals: strings,
  stringLessThan: strings,
  stringLessThanEquals: strings,
  stringGreaterThan: strings,
  stringGreaterThanEquals: strings,
  patternMatches: strings,
  // toe-comparison-operators.html, "Compare numbers"
  numberEquals: numbers,
  numberLessThan: numbers,
  numberLessThanEquals: numbers,
  numberGreaterThan: numbers,
  numberGreaterThanEquals: numbers,
  // toe-comparison-operators.html, "Check files"
  binaryExists: alone,
  fileExists: alone,
  folderExists: alone,
  fileMD5Equals: hashes('MD5', 32),
  fileSHA1Equals: hashes('SHA1', 40),
  fileSHA256Equals: hashes('SHA256', 64),
  fileSHA512Equals: hashes('SHA512', 128),
}

/** toe-logical-operators.html: how many conditions each takes. `not` takes one as a mapping, too. */
export const logic: Record<string, { most: number }> = {
  and: { most: Number.POSITIVE_INFINITY },
  or: { most: Number.POSITIVE_INFINITY },
  not: { most: 1 },
}

/** toe-conditional-constructs.html: what `then` and `else` of an `if` say. */
export const stepActions = ['Abort', 'Execute', 'Skip'] as const

const noReference = (expected: string) => v.pipe(v.string(expected), v.regex(/^\{\{\s*[\w-]+\s*\}\}$/, expected))
/** Takes no chained value; a parameter may stand for it. */
const step = (expected: string) => v.union([v.pipe(v.number(expected), v.integer(expected)), noReference(expected)])
const whole = 'a whole number'

const delimiters = 'one of . , ; : - _ or a new line, a tab or a space'

/** toe-looping-constructs.html, "Types of looping constructs" */
export const loops = {
  name: v.exactOptional(text),
  for: v.exactOptional(object({ start: step(whole), end: step(whole), updateBy: step(whole) })),
  forEach: v.exactOptional(
    v.union([
      atLeastOne(v.string('text'), 'text'),
      object({
        list: text,
        delimiter: v.exactOptional(v.pipe(v.string(delimiters), v.regex(/^[.,;:\n\t _-]$/, delimiters))),
      }),
    ]),
  ),
}

/** What a step has where it says nothing, in seconds. toe-use-documents.html, "Document schema and definitions" */
export const stepTime = 7200
