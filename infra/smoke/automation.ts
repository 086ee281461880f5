import { fleetTag } from '../../domain/names.ts'

/** What the runbook of the smoke tests gets from the stack. */
interface SmokeSurroundings {
  fleet: string
  /** The ARN of the role that Automation takes on. */
  role: string
  /** The instance profile's name. */
  instanceProfile: string
  /** undefined: a default subnet of EC2's choice. */
  subnet: string | undefined
  securityGroups: string[]
  /** The log group that has all that scripts print. */
  logGroup: string
}

/** Seconds: as long as a fleet may give a smoke test. */
export const longestScript = 12 * 3_600
/** Minutes after which an instance that nobody has terminated shuts itself down: later than any script may end. */
const longestLife = 13 * 60

/**
 * If Automation itself dies, the instance still goes: its own shutdown terminates it. A shell reads the first lines, and
 * for it the third is a comment; Windows looks for its tags. There it is a task, which outlives a script's reboots
 * and is in the way of none.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
 */
const lastResort = [
  '#!/bin/sh',
  `shutdown -P +${longestLife}`,
  `# <powershell>Register-ScheduledTask -TaskName Rebake -User SYSTEM -Action (New-ScheduledTaskAction -Execute shutdown.exe -Argument '/s /f') -Trigger (New-ScheduledTaskTrigger -Once -At (Get-Date).AddMinutes(${longestLife}))</powershell>`,
  '',
].join('\n')

/** A step without which nothing is tested. Whatever ends it, the instance is terminated. */
const deciding = { isCritical: true, onFailure: 'step:FindInstances', onCancel: 'step:FindInstances' }
const instanceIds = ['{{ Launch.InstanceIds }}']
const tag = (Key: string, Value: string) => ({ Key, Value })

/**
 * The runbook that tests one AMI on one instance type. It succeeds where the script did and the instance is being
 * terminated. A step that fails makes the execution fail, even though it goes on to clean up: each says that it is critical, as the guide
 * calls that the default, and says as well that only what is written counts.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
 */
export function smokeAutomation(surroundings: SmokeSurroundings) {
  const { fleet, role, instanceProfile, subnet, securityGroups, logGroup } = surroundings
  const tags = [
    tag('Name', `${fleet}-smoke`),
    tag(fleetTag, fleet),
    tag('rebake:campaign', '{{ Campaign }}'),
    tag('rebake:image', '{{ Image }}'),
    tag('rebake:smoke', '{{ automation:EXECUTION_ID }}'),
  ]
  return {
    schemaVersion: '0.3',
    description: `Launches an instance from an AMI of ${fleet}, runs a command document on it, and terminates it.`,
    assumeRole: role,
    parameters: {
      ImageId: { type: 'String', description: 'The AMI' },
      InstanceType: { type: 'String', description: 'What it is tested on' },
      CommandDocument: { type: 'String', description: 'The command document that tests it' },
      CommandParameters: { type: 'StringMap', description: "The command document's parameters", default: {} },
      Campaign: { type: 'String', description: 'The campaign that asks, for a tag' },
      Image: { type: 'String', description: 'The image that the AMI is of, for a tag' },
    },
    mainSteps: [
      {
        name: 'Launch',
        // Not RunInstances through aws:executeAwsApi: only here it is said in what form user data goes in.
        // https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-runinstance.html
        action: 'aws:runInstances',
        // The token makes the attempts one launch.
        maxAttempts: 3,
        timeoutSeconds: 600,
        ...deciding,
        inputs: {
          ImageId: '{{ ImageId }}',
          InstanceType: '{{ InstanceType }}',
          MinInstanceCount: 1,
          MaxInstanceCount: 1,
          ClientToken: '{{ automation:EXECUTION_ID }}',
          IamInstanceProfileName: instanceProfile,
          InstanceInitiatedShutdownBehavior: 'terminate',
          MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
          ...(subnet && { SubnetId: subnet }),
          SecurityGroupIds: securityGroups,
          UserData: Buffer.from(lastResort).toString('base64'),
          TagSpecifications: ['instance', 'volume'].map((ResourceType) => ({ ResourceType, Tags: tags })),
        },
        nextStep: 'WaitRunning',
      },
      {
        name: 'WaitRunning',
        action: 'aws:waitForAwsResourceProperty',
        timeoutSeconds: 600,
        ...deciding,
        inputs: {
          Service: 'ec2',
          Api: 'DescribeInstances',
          // A filter finds nothing where an id that EC2 does not show yet would be an error.
          Filters: [{ Name: 'instance-id', Values: instanceIds }],
          PropertySelector: '$.Reservations[0].Instances[0].State.Name',
          DesiredValues: ['running'],
        },
        nextStep: 'WaitOnline',
      },
      {
        name: 'WaitOnline',
        action: 'aws:waitForAwsResourceProperty',
        // Windows takes its time.
        timeoutSeconds: 1_800,
        ...deciding,
        inputs: {
          Service: 'ssm',
          Api: 'DescribeInstanceInformation',
          Filters: [{ Key: 'InstanceIds', Values: instanceIds }],
          PropertySelector: '$.InstanceInformationList[0].PingStatus',
          DesiredValues: ['Online'],
        },
        nextStep: 'RunScript',
      },
      {
        name: 'RunScript',
        action: 'aws:runCommand',
        timeoutSeconds: longestScript,
        ...deciding,
        inputs: {
          DocumentName: '{{ CommandDocument }}',
          InstanceIds: instanceIds,
          Parameters: '{{ CommandParameters }}',
          CloudWatchOutputConfig: { CloudWatchLogGroupName: logGroup, CloudWatchOutputEnabled: true },
        },
        nextStep: 'FindInstances',
      },
      {
        name: 'FindInstances',
        // By the tag: a launch that failed or was cancelled does not tell what it has launched.
        action: 'aws:executeAwsApi',
        maxAttempts: 3,
        isCritical: true,
        inputs: {
          Service: 'ec2',
          Api: 'DescribeInstances',
          Filters: [{ Name: 'tag:rebake:smoke', Values: ['{{ automation:EXECUTION_ID }}'] }],
        },
        outputs: [{ Name: 'InstanceIds', Selector: '$.Reservations..Instances..InstanceId', Type: 'StringList' }],
        nextStep: 'Terminate',
      },
      {
        name: 'Terminate',
        action: 'aws:executeAwsApi',
        maxAttempts: 3,
        isCritical: true,
        inputs: { Service: 'ec2', Api: 'TerminateInstances', InstanceIds: '{{ FindInstances.InstanceIds }}' },
        isEnd: true,
      },
    ],
    outputs: ['RunScript.Status', 'RunScript.ResponseCode', 'RunScript.Output', 'FindInstances.InstanceIds'],
  }
}
