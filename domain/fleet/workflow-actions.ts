import * as v from 'valibot'
import { atLeastOne, flag, integer, listOf, matching, oneOf, text } from './values.ts'

/**
 * What a step of a workflow runs: the actions of Image Builder with their inputs, outputs and longest times, and the operators
 * of conditions. From the Image Builder user guide, https://docs.aws.amazon.com/imagebuilder/latest/userguide/, each action by
 * its heading in wfdoc-step-actions.html.
 */

/** "Must be valid JSON string". Its 16 KiB are more than a document has. */
const json = v.pipe(
  v.string('a JSON text'),
  // What a variable stands for is not known here.
  v.check((value) => value.includes('{{') || isJson(value), 'a text that is valid JSON'),
)

const isJson = (value: string) => {
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}

/** The types that the guide's tables name, and what their constraints add. */
export const workflowInputs = {
  text,
  flag,
  texts: atLeastOne(v.string('text'), 'text'),
  list: listOf(v.unknown()),
  json,
  // The role that pipelines bake with gets the right to start it.
  stateMachine: matching(/^arn:aws[^:]*:states:[^:]+:\d{12}:stateMachine:[\w-]{1,80}$/, 'the ARN of a state machine'),
  // The role that pipelines bake with gets the right to send it.
  command: matching(/^(arn:aws[^:]*:ssm:[^:]+:\d{12}:document\/)?[\w.-]{3,128}$/, 'the name of an SSM document'),
  commandParameters: v.record(text, listOf(v.string('text')), 'lists of texts by name'),
  ready: oneOf(['ssmAgent']),
  architecture: oneOf(['i386', 'x86_64', 'arm64', 'x86_64_mac', 'arm64_mac']),
  bootMode: oneOf(['legacy-bios', 'uefi', 'uefi-preferred']),
  second: oneOf(['v2.0']),
  virtualization: oneOf(['hvm', 'paravirtual']),
} satisfies Record<string, v.GenericSchema>

export type WorkflowInputType = keyof typeof workflowInputs

interface Input {
  type: WorkflowInputType
  required?: true
  /** Whether the role must be allowed what it names: then it is written out, or a parameter. */
  granted?: true
}

export interface WorkflowAction {
  inputs: Record<string, Input>
  /** What later steps may use as `$.stepOutputs.STEP.NAME`. */
  outputs: readonly string[]
  /** The longest time that a step may give itself, in seconds: "Max Timeout". */
  longest: number
  /** The only type of workflow that it is valid for. */
  only?: 'build' | 'test'
  /** Why no workflow of a fleet may have it. */
  refused?: string
}

const must = (type: WorkflowInputType): Input => ({ type, required: true })
const may = (type: WorkflowInputType): Input => ({ type })
const minutes = (count: number) => count * 60
const days = (count: number) => count * 86_400

const instance = { instanceId: must('text') }
const command = ['runCommandId', 'status', 'output']
const onInstance: WorkflowAction = { inputs: instance, outputs: command, longest: minutes(720) }

const distributes = 'it distributes an AMI before anything has checked it: rings distribute releases'

export const workflowActions: Record<string, WorkflowAction> = {
  ApplyImageConfigurations: { inputs: {}, outputs: [], longest: minutes(720), refused: distributes },
  BootstrapInstanceForContainer: {
    ...onInstance,
    refused: 'it is for container images, and an image of a fleet is an AMI',
  },
  CollectImageMetadata: {
    inputs: instance,
    outputs: ['osVersion', 'associationId'],
    longest: minutes(720),
    only: 'build',
  },
  // "This step action is not available for build workflows."
  CollectImageScanFindings: { ...onInstance, only: 'test' },
  CreateImage: { inputs: instance, outputs: ['imageId'], longest: days(3) },
  DistributeImage: { inputs: {}, outputs: [], longest: minutes(720), refused: distributes },
  ExecuteComponents: { ...onInstance, longest: days(1) },
  ExecuteStateMachine: {
    inputs: { stateMachineArn: { type: 'stateMachine', required: true, granted: true }, input: may('json') },
    outputs: ['executionArn', 'output'],
    longest: days(1),
  },
  LaunchInstance: {
    inputs: { waitFor: must('ready'), imageIdOverride: may('text'), instanceTypesOverride: may('texts') },
    // The page on dynamic variables has `instanceType` in an example, too.
    outputs: ['instanceId', 'instanceType'],
    longest: minutes(720),
  },
  ModifyImageAttributes: { inputs: {}, outputs: [], longest: minutes(180), refused: distributes },
  RegisterImage: {
    inputs: {
      architecture: may('architecture'),
      blockDeviceMapping: may('list'),
      bootMode: may('bootMode'),
      description: may('text'),
      enaSupport: may('flag'),
      imageLocation: may('text'),
      imdsSupport: may('second'),
      includeSnapshotTags: may('flag'),
      kernelId: may('text'),
      ramdiskId: may('text'),
      rootDeviceName: may('text'),
      sriovNetSupport: may('text'),
      tpmSupport: may('second'),
      uefiData: may('text'),
      virtualizationType: may('virtualization'),
    },
    outputs: ['imageId'],
    longest: minutes(720),
  },
  RunCommand: {
    ...onInstance,
    inputs: {
      ...instance,
      documentName: { type: 'command', required: true, granted: true },
      parameters: may('commandParameters'),
      documentVersion: may('text'),
    },
  },
  RunSysPrep: onInstance,
  SanitizeInstance: onInstance,
  TerminateInstance: { inputs: instance, outputs: [], longest: minutes(720) },
  WaitForAction: {
    inputs: { snsTopicArn: may('text'), lambdaFunctionName: may('text'), payload: may('json') },
    outputs: ['action', 'reason'],
    longest: days(7),
    refused:
      "it waits for an answer that Rebake never gives: let a ring's approval ask people, and checks.custom a function",
  },
  WaitForSSMAgent: { inputs: instance, outputs: ['status'], longest: minutes(180) },
}

const number = "a number, or one in quotes such as '2.0'"
const scalar = v.union([v.string('text, a number, true or false'), v.number(), v.boolean()])
const numeric = v.union([v.pipe(v.string(number), v.regex(/^-?[0-9]+(\.[0-9]+)?$|^\$\./, number)), v.number()])
const truth = v.union([flag, matching(/^(true|false)$|^\$\./, 'true or false')])

/** wfdoc-conditional-statements.html, "Supported comparison operators": what is compared with `value`. */
export const workflowComparisons: Record<string, v.GenericSchema> = {
  booleanEquals: truth,
  numberEquals: numeric,
  numberGreaterThan: numeric,
  numberGreaterThanEquals: numeric,
  numberLessThan: numeric,
  numberLessThanEquals: numeric,
  stringEquals: scalar,
}

/** The same page: "at least one child conditional statement, but no more than ten", and `not` has one. */
export const workflowLogic: Record<string, { most: number }> = { and: { most: 10 }, or: { most: 10 }, not: { most: 1 } }

/** The same page: "a maximum of four levels" */
export const deepestCondition = 4

/** wfdoc-dynamic-vars.html, "Use Image Builder system variables", and dateTime of an example there. */
export const systemVariables = [
  'cloudWatchLogGroup',
  'cloudWatchLogStream',
  'collectImageMetadata',
  'collectImageScanFindings',
  'dateTime',
  'imageBuildNumber',
  'imageId',
  'imageName',
  'imageType',
  'imageVersionNumber',
  'instanceProfileName',
  'platform',
  's3Logs',
  'securityGroups',
  'sourceImageARN',
  'subnetId',
  'terminateInstanceOnFailure',
  'workflowPhase',
  'workingDirectory',
]

/** image-workflow-create-document.html, "Workflow document input parameters" */
export const parameterTypes = {
  string: v.string('text'),
  integer: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  boolean: flag,
  stringList: listOf(v.string('text')),
} satisfies Record<string, v.GenericSchema>

export type ParameterType = keyof typeof parameterTypes
