import type { AutomationDocument } from '../../../emulator/services/ssm/automation-document.ts'

const cleanUp = { isCritical: true, onFailure: 'step:FindInstances', onCancel: 'step:FindInstances' }
const launched = ['{{ Launch.InstanceIds }}']

/** A runbook with one step of each kind: it launches an instance, runs a document on it, and terminates it. */
export const runbook = (assumeRole?: string): AutomationDocument => ({
  schemaVersion: '0.3',
  ...(assumeRole !== undefined && { assumeRole }),
  parameters: { ImageId: { type: 'String' } },
  mainSteps: [
    {
      name: 'Launch',
      action: 'aws:runInstances',
      maxAttempts: 3,
      ...cleanUp,
      inputs: {
        ImageId: '{{ ImageId }}',
        InstanceType: 'm7g.large',
        ClientToken: '{{ automation:EXECUTION_ID }}',
        IamInstanceProfileName: 'profile',
        TagSpecifications: [
          { ResourceType: 'instance', Tags: [{ Key: 'run', Value: '{{ automation:EXECUTION_ID }}' }] },
        ],
      },
      nextStep: 'WaitRunning',
    },
    {
      name: 'WaitRunning',
      action: 'aws:waitForAwsResourceProperty',
      timeoutSeconds: 600,
      ...cleanUp,
      inputs: {
        Service: 'ec2',
        Api: 'DescribeInstances',
        Filters: [{ Name: 'instance-id', Values: launched }],
        PropertySelector: '$.Reservations[0].Instances[0].State.Name',
        DesiredValues: ['running'],
      },
      nextStep: 'WaitOnline',
    },
    {
      name: 'WaitOnline',
      action: 'aws:waitForAwsResourceProperty',
      timeoutSeconds: 1_800,
      ...cleanUp,
      inputs: {
        Service: 'ssm',
        Api: 'DescribeInstanceInformation',
        Filters: [{ Key: 'InstanceIds', Values: launched }],
        PropertySelector: '$.InstanceInformationList[0].PingStatus',
        DesiredValues: ['Online'],
      },
      nextStep: 'RunScript',
    },
    {
      name: 'RunScript',
      action: 'aws:runCommand',
      timeoutSeconds: 3_600,
      ...cleanUp,
      inputs: { DocumentName: 'AWS-RunShellScript', InstanceIds: launched, Parameters: { commands: ['true'] } },
      nextStep: 'FindInstances',
    },
    {
      name: 'FindInstances',
      action: 'aws:executeAwsApi',
      inputs: {
        Service: 'ec2',
        Api: 'DescribeInstances',
        Filters: [{ Name: 'tag:run', Values: ['{{ automation:EXECUTION_ID }}'] }],
      },
      outputs: [{ Name: 'InstanceIds', Selector: '$.Reservations..Instances..InstanceId', Type: 'StringList' }],
      nextStep: 'Terminate',
    },
    {
      name: 'Terminate',
      action: 'aws:executeAwsApi',
      inputs: { Service: 'ec2', Api: 'TerminateInstances', InstanceIds: '{{ FindInstances.InstanceIds }}' },
      isEnd: true,
    },
  ],
  outputs: ['RunScript.Status', 'RunScript.Output', 'FindInstances.InstanceIds'],
})
