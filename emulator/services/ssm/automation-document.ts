import { AwsError } from '../types.ts'
import { referencesIn } from './automation-values.ts'

/** A runbook: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html */
export interface AutomationDocument {
  schemaVersion: string
  description?: string
  assumeRole?: string
  parameters?: Record<string, { type: string; description?: string; default?: unknown }>
  mainSteps: Step[]
  outputs?: string[]
}

export interface Step {
  name: string
  action: string
  inputs: Record<string, unknown>
  outputs?: { Name: string; Selector: string; Type: string }[]
  maxAttempts?: number
  timeoutSeconds?: number
  onFailure?: string
  onCancel?: string
  nextStep?: string
  isEnd?: boolean
  isCritical?: boolean
}

type Action = {
  /** The inputs that it takes: `*` beside the parameters of an API operation. */
  inputs: string[]
  required: string[]
  /** What it gives to later steps. */
  outputs: string[]
  /** onCancel may lead here. */
  afterCancel: boolean
}

/** The actions that are emulated, as their pages in the reference have them. */
const actions: Record<string, Action> = {
  'aws:runInstances': {
    inputs: (
      'AdditionalInfo BlockDeviceMappings ClientToken DisableApiTermination EbsOptimized IamInstanceProfileArn ' +
      'IamInstanceProfileName ImageId InstanceInitiatedShutdownBehavior InstanceType KernelId KeyName ' +
      'MaxInstanceCount MetadataOptions MinInstanceCount Monitoring NetworkInterfaces Placement PrivateIpAddress ' +
      'RamdiskId SecurityGroupIds SecurityGroups SubnetId TagSpecifications UserData'
    ).split(' '),
    required: ['ImageId'],
    outputs: ['InstanceIds', 'InstanceStates'],
    afterCancel: false,
  },
  'aws:waitForAwsResourceProperty': {
    inputs: ['*'],
    required: ['Service', 'Api', 'PropertySelector', 'DesiredValues'],
    outputs: [],
    afterCancel: true,
  },
  'aws:executeAwsApi': { inputs: ['*'], required: ['Service', 'Api'], outputs: [], afterCancel: true },
  'aws:runCommand': {
    inputs: (
      'DocumentName InstanceIds Targets Parameters CloudWatchOutputConfig Comment DocumentHash DocumentHashType ' +
      'NotificationConfig OutputS3BucketName OutputS3KeyPrefix ServiceRoleArn TimeoutSeconds'
    ).split(' '),
    required: ['DocumentName', 'InstanceIds'],
    outputs: ['CommandId', 'Status', 'ResponseCode', 'Output'],
    afterCancel: true,
  },
}

const stepMembers =
  'name action description inputs outputs maxAttempts timeoutSeconds onFailure onCancel nextStep isEnd isCritical'.split(
    ' ',
  )
const types = ['String', 'StringList', 'Integer', 'Boolean', 'MapList', 'StringMap']

/** @throws AwsError InvalidDocumentContent that tells everything which is wrong */
export function checkAutomation(document: AutomationDocument): void {
  const { schemaVersion, parameters = {}, mainSteps, outputs = [] } = document
  const problems: string[] = []
  const given = new Set([
    ...Object.keys(parameters),
    'automation:EXECUTION_ID',
    ...mainSteps.flatMap((step) => outputsOf(step).map((name) => `${step.name}.${name}`)),
  ])
  if (schemaVersion !== '0.3') problems.push(`schemaVersion ${schemaVersion} is not 0.3`)
  for (const [name, { type }] of Object.entries(parameters))
    if (!types.includes(type)) problems.push(`parameter ${name} is of the unknown type ${type}`)
  for (const step of mainSteps) {
    problems.push(...problemsOf(step, mainSteps).map((problem) => `step ${step.name}: ${problem}`))
    for (const name of referencesIn(step.inputs))
      if (!given.has(name)) problems.push(`step ${step.name}: {{ ${name} }} refers to nothing`)
  }
  for (const name of outputs) if (!given.has(name)) problems.push(`output ${name} refers to nothing`)
  if (problems.length > 0) throw new AwsError('InvalidDocumentContent', problems.join('; '))
}

const outputsOf = ({ action, outputs = [] }: Step) => [
  ...(actions[action]?.outputs ?? []),
  ...outputs.map(({ Name }) => Name),
]

function problemsOf(step: Step, steps: Step[]): string[] {
  const { name, action, inputs, outputs = [], onFailure = 'Abort', onCancel = 'Abort', nextStep } = step
  const known = actions[action]
  if (!known) return [`the emulator does not emulate the automation action ${action}`]
  const stepCalled = (wanted: string | undefined) => steps.find((other) => other.name === wanted)
  const leadsTo = (option: string) => stepCalled(option.replace(/^step:/, ''))
  const cancelled = leadsTo(onCancel)
  return [
    ...(/^[a-zA-Z0-9_]+$/.test(name) ? [] : ['no name that a step may have']),
    ...(stepCalled(name) === step ? [] : ['its name is another step’s']),
    ...Object.keys(step)
      .filter((member) => !stepMembers.includes(member))
      .map((member) => `no step has ${member}`),
    ...Object.keys(inputs)
      .filter((input) => !known.inputs.includes('*') && !known.inputs.includes(input))
      .map((input) => `${action} takes no ${input}`),
    ...known.required.filter((input) => inputs[input] === undefined).map((input) => `it needs ${input}`),
    ...outputs.filter(({ Type }) => !types.includes(Type)).map(({ Type }) => `no output is of type ${Type}`),
    ...(/^(Abort|Continue)$/.test(onFailure) || leadsTo(onFailure) ? [] : [`onFailure ${onFailure}`]),
    ...(onCancel === 'Abort' || cancelled ? [] : [`onCancel ${onCancel}`]),
    ...(cancelled && !actions[cancelled.action]?.afterCancel ? [`onCancel cannot lead to ${onCancel}`] : []),
    ...(nextStep === undefined || stepCalled(nextStep) ? [] : [`nextStep ${nextStep}`]),
  ]
}
