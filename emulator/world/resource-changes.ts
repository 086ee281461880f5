import type { OpenQuestionName } from '../open-questions.ts'

/**
 * What CloudFormation does with a resource of a type that a changed template describes otherwise: it replaces it where a
 * property differs that can only be given when it is created, and changes it in place otherwise.
 * "Update requires" of each property in the CloudFormation Template Reference, and `createOnlyProperties` of the types'
 * schemas; a test compares the table with those that the CDK carries.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 */
interface Row {
  /** The property that has the name of its own, if it may have one. */
  name?: string
  /** Such a name is one of the whole account's, or one of all accounts'. Default: of the account in the region. */
  unique?: 'account' | 'everywhere'
  replaced: string[]
  /** Of which AWS's texts disagree, with the question: read strictly, a change of nothing else changes nothing. */
  disputed?: Record<string, OpenQuestionName>
  /** What else replaces it, as the template has it. */
  alsoReplaced?: (properties: Record<string, unknown>) => string[]
}

const rows: Record<string, Row> = {
  'AWS::Chatbot::SlackChannelConfiguration': {
    name: 'ConfigurationName',
    unique: 'account',
    replaced: ['ConfigurationName', 'SlackWorkspaceId'],
  },
  'AWS::CloudWatch::Alarm': { name: 'AlarmName', replaced: ['AlarmName'] },
  'AWS::CloudWatch::Dashboard': { name: 'DashboardName', unique: 'account', replaced: ['DashboardName'] },
  // DynamoDB knows its names itself.
  'AWS::DynamoDB::Table': { replaced: ['ImportSourceSpecification', 'KeySchema', 'TableName'] },
  'AWS::EC2::SecurityGroup': { name: 'GroupName', replaced: ['GroupDescription', 'GroupName', 'VpcId'] },
  'AWS::EC2::VPCEndpoint': {
    replaced: [
      'ResourceConfigurationArn',
      'ServiceName',
      'ServiceNetworkArn',
      'ServiceRegion',
      'VpcEndpointType',
      'VpcId',
    ],
  },
  'AWS::Events::EventBus': { name: 'Name', replaced: ['EventSourceName', 'Name'] },
  'AWS::Events::EventBusPolicy': { replaced: ['EventBusName', 'StatementId'] },
  'AWS::Events::Rule': { name: 'Name', replaced: ['EventBusName', 'Name'] },
  'AWS::IAM::InstanceProfile': {
    name: 'InstanceProfileName',
    unique: 'account',
    replaced: ['InstanceProfileName', 'Path'],
  },
  'AWS::IAM::ManagedPolicy': {
    name: 'ManagedPolicyName',
    unique: 'account',
    replaced: ['Description', 'ManagedPolicyName', 'Path'],
  },
  'AWS::IAM::Policy': { replaced: [] },
  'AWS::IAM::Role': { name: 'RoleName', unique: 'account', replaced: ['Path', 'RoleName'] },
  // Image Builder knows its names itself, each with its versions.
  'AWS::ImageBuilder::Component': {
    replaced: [
      'ChangeDescription',
      'Data',
      'Description',
      'KmsKeyId',
      'Name',
      'Platform',
      'SupportedOsVersions',
      'Tags',
      'Uri',
      'Version',
    ],
  },
  'AWS::ImageBuilder::DistributionConfiguration': { replaced: ['Name'] },
  'AWS::ImageBuilder::ImagePipeline': { replaced: ['Name'] },
  'AWS::ImageBuilder::ImageRecipe': {
    disputed: { AdditionalInstanceConfiguration: 'recipe-in-place', AmiTags: 'recipe-in-place' },
    replaced: [
      'AmiWatermarks',
      'BlockDeviceMappings',
      'Components',
      'Description',
      'Name',
      'ParentImage',
      'Tags',
      'Version',
      'WorkingDirectory',
    ],
  },
  'AWS::ImageBuilder::InfrastructureConfiguration': { replaced: ['Name'] },
  'AWS::ImageBuilder::Workflow': {
    replaced: ['ChangeDescription', 'Data', 'Description', 'KmsKeyId', 'Name', 'Type', 'Uri', 'Version'],
  },
  'AWS::KMS::Alias': { name: 'AliasName', replaced: ['AliasName'] },
  'AWS::KMS::Key': { replaced: [] },
  'AWS::Lambda::EventInvokeConfig': { replaced: ['FunctionName', 'Qualifier'] },
  'AWS::Lambda::Function': { name: 'FunctionName', replaced: ['FunctionName', 'PackageType', 'TenancyConfig'] },
  'AWS::Lambda::Permission': {
    replaced: [
      'Action',
      'EventSourceToken',
      'FunctionName',
      'FunctionUrlAuthType',
      'InvokedViaFunctionUrl',
      'Principal',
      'PrincipalOrgID',
      'SourceAccount',
      'SourceArn',
    ],
  },
  'AWS::Logs::LogGroup': { name: 'LogGroupName', replaced: ['LogGroupName'] },
  'AWS::S3::Bucket': {
    name: 'BucketName',
    unique: 'everywhere',
    replaced: ['BucketName', 'BucketNamePrefix', 'BucketNamespace', 'ObjectLockEnabled'],
  },
  'AWS::S3::BucketPolicy': { replaced: ['Bucket'] },
  'AWS::SNS::Subscription': { replaced: ['Endpoint', 'Protocol', 'TopicArn'] },
  'AWS::SNS::Topic': { name: 'TopicName', replaced: ['FifoTopic', 'TopicName'] },
  'AWS::SNS::TopicPolicy': { replaced: [] },
  'AWS::SQS::Queue': { name: 'QueueName', replaced: ['FifoQueue', 'QueueName'] },
  'AWS::SQS::QueuePolicy': { replaced: [] },
  'AWS::SSM::Document': {
    name: 'Name',
    replaced: ['DocumentType', 'Name'],
    // "If you specify NewVersion ..., CloudFormation creates a new version": the default is Replace.
    alsoReplaced: ({ UpdateMethod = 'Replace' }) =>
      UpdateMethod === 'Replace'
        ? ['Attachments', 'Content', 'DocumentFormat', 'Requires', 'TargetType', 'VersionName']
        : [],
  },
  'AWS::Scheduler::Schedule': { name: 'Name', replaced: ['Name'] },
  'AWS::StepFunctions::StateMachine': {
    name: 'StateMachineName',
    replaced: ['StateMachineName', 'StateMachineType'],
  },
}

/** A type's row; undefined for one that is not emulated here. */
export const changesOf = (type: string): Row | undefined =>
  rows[type] ?? (type.startsWith('Custom::') ? { replaced: [] } : undefined)

/** Every type that has a row. */
export const changingTypes = Object.keys(rows)
