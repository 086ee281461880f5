/**
 * What no document of AWS settles: each question with its two readings. The emulator takes the strict one, unless it is asked
 * otherwise, and what runs on it must be right under both. A real deployment settles a question by the test that is named.
 */
export interface OpenQuestion {
  /** What the emulator does. */
  strict: string
  /** What AWS may do as well, and what the emulator does where `--lenient` asks for it. */
  lenient: string
  /** Where AWS's texts leave it open. */
  source: string
  /** The deployment test that settles it: S0 to S22. */
  settledBy: `S${number}`
}

export const openQuestions = {
  'subject-of-100-characters': {
    strict: 'SNS refuses a subject of 100 characters',
    lenient: 'SNS takes a subject of 100 characters, and refuses one of 101',
    source: 'SNS API Reference, Publish, Subject: "less than 100 characters long"; other texts of AWS say "up to 100"',
    settledBy: 'S22',
  },
  'cause-above-32768-characters': {
    strict: 'Step Functions does not take it: the execution fails with an error that nothing catches',
    lenient: 'Step Functions cuts the cause after 32,768 characters, and the name of the error after 256',
    source:
      'Step Functions API Reference, TaskFailedEventDetails: cause has 32768 characters at most, error 256; no text says what becomes of longer ones',
    settledBy: 'S21',
  },
  'critical-by-default': {
    strict:
      'a step of a runbook that fails and leads to another step makes the execution fail only where it says isCritical: true',
    lenient: 'a step of a runbook that fails makes the execution fail unless it says isCritical: false',
    source:
      'Systems Manager User Guide, automation-actions, isCritical: the default is true, and "only evaluated if you explicitly define it"',
    settledBy: 'S10',
  },
  'token-before-the-call-answers': {
    strict:
      'a task token that comes back before the call which brought it has answered may not be known yet: one in 250 is not',
    lenient: 'a task token is good as soon as there is one',
    source:
      'Step Functions Developer Guide, connect-to-resource: the task waits for its token after the call; no text says that one is good before. That none ever is, is no reading: API Reference, SendTaskSuccess, taskToken: tokens are generated "in the context object when a workflow enters a task state", and so before its call',
    settledBy: 'S16',
  },
  'build-region-first': {
    strict: 'Image Builder refuses a distribution configuration whose first region is not the one that it is made in',
    lenient: 'Image Builder takes the regions of a distribution configuration in any order',
    source:
      'EC2 Image Builder User Guide, cr-upd-ami-distribution-settings: "Region 1 is the source for the distribution"; the API ' +
      'Reference, CreateDistributionConfiguration, names no order',
    settledBy: 'S3',
  },
  'reason-of-a-launch': {
    strict:
      "where EC2 launches no build instance, the reason of the image is EC2's sentence, without the name of the error",
    lenient: "where EC2 launches no build instance, the reason of the image begins with the name of EC2's error",
    source:
      'EC2 Image Builder User Guide, image-failure-context: reason is "a readable summary of the failure"; no text shows the one of a launch that fails',
    settledBy: 'S9',
  },
  'tags-of-a-start': {
    strict: 'tags of a start need imagebuilder:TagResource on the pipeline or the source image, and on the new image',
    lenient: 'tags of a start need imagebuilder:TagResource on the new image only',
    source:
      'EC2ImageBuilderExecutionPolicy allows StartImagePipelineExecution and TagResource on image-pipeline/* and nothing on image/*; API Reference, StartImagePipelineExecution, tags: "for the image resource"',
    settledBy: 'S15',
  },
  'parent-at-creation': {
    strict: 'CreateImageRecipe looks for the AMI in the parameter that the recipe names as its parent',
    lenient: 'the parameter of a parent is read when a build starts, and no sooner',
    source:
      'API Reference, CreateImageRecipe, parentImage: "you must have access to the AMI, and the AMI must be in the source Region"; no text says when',
    settledBy: 'S8',
  },
  'component-again': {
    strict: "CreateComponent refuses a document that is the latest build's of that version, whatever else differs",
    lenient: "CreateComponent refuses what is the latest build's in document and metadata",
    source:
      'Image Builder User Guide, create-component, auto build version management: content that is identical to the latest build fails; no text says whether metadata is content',
    settledBy: 'S8',
  },
  'recipe-in-place': {
    strict: "a changed AmiTags or AdditionalInstanceConfiguration of a template's recipe changes nothing",
    lenient: 'a changed AmiTags or AdditionalInstanceConfiguration replaces the recipe',
    source:
      'schema of AWS::ImageBuilder::ImageRecipe: neither is in createOnlyProperties, and there is no UpdateImageRecipe; CloudFormation Template Reference: "Update requires: Replacement"',
    settledBy: 'S8',
  },
  'dynamodb-missing-data': {
    strict: 'an alarm on metrics of AWS/DynamoDB keeps its state while data is missing, whatever it says',
    lenient: "an alarm's TreatMissingData holds for metrics of AWS/DynamoDB, too",
    source:
      'API Reference, PutMetricAlarm, TreatMissingData: alarms on AWS/DynamoDB "always ignore missing data even if you choose a different option"; CloudWatch User Guide, alarms-and-missing-data: "you can override this"',
    settledBy: 'S20',
  },
  'encrypted-copies-need-a-key': {
    strict: 'a copy of an encrypted AMI to another account fails where the distribution names no key',
    lenient: 'such a copy is encrypted with the default key for EBS of the account that it goes to',
    source:
      'Image Builder User Guide, cross-account-dist: without a customer managed key "Image Builder uses the default key for Amazon EBS", and not of which account; aws-samples/amazon-ec2-image-builder-samples, cross-account-amis: target accounts cannot use such copies; re:Post, image-builder-distr-error-encrypted-ami',
    settledBy: 'S1',
  },
  'keys-of-a-copy-are-used-twice': {
    strict: 'the keys of a copy to another account are used by the execution role, and by the role in that account',
    lenient: 'the keys of a copy to another account are used by the role in that account only',
    source:
      'Image Builder User Guide, cross-account-dist: the image "is decrypted and pushed to the target Region, where it is re-encrypted", with a role of the destination; not who copies from where',
    settledBy: 'S1',
  },
  'snapshots-of-copies-have-no-tags': {
    strict: 'the snapshots of a copy in another account have no tags',
    lenient: 'the snapshots of a copy in another account have the tags that Image Builder gives its own',
    source:
      'AWS managed policies: Ec2ImageBuilderCrossAccountDistributionAccess lets its role tag images only; the cross-account lifecycle role of Image Builder deletes snapshots by the tag CreatedBy',
    settledBy: 'S2',
  },
  'answers-lag-behind': {
    strict:
      'GetImage shows what its state event has said one to three seconds later, the AMIs after the status; so does DescribeImages an AMI that Image Builder made, and GetParameter a parameter of type aws:ec2:image',
    lenient: 'an answer shows at once what an event or a write has said before',
    source:
      'Image Builder user guide, integ-eventbridge, and Parameter Store guide, parameter-store-ec2-aliases: neither says when a read agrees',
    settledBy: 'S13',
  },
  'distributions-raise-events': {
    strict: 'neither a distribution of DistributeImage nor what RetryImage goes on with raises a state change event',
    lenient: 'each change of their state is an event, as it is of a build',
    source:
      'Image Builder user guide, integ-eventbridge: the event is sent "when the state changes for an image resource during image creation"',
    settledBy: 'S5',
  },
  'retry-of-integration': {
    strict: 'RetryImage refuses an image that failed while INTEGRATING',
    lenient: 'RetryImage goes on with an image that failed while INTEGRATING',
    source:
      'Image Builder user guide, distribution-enhanced_functionality: it retries "the distribution phase, test phase, or integration phase"; aws/agent-toolkit-for-aws, distribution-options.md: "not the integration stage"',
    settledBy: 'S14',
  },
  'failed-copies-in-context': {
    strict: 'the copies that failed are in failureContext alone; outputResources.amis has those that are there',
    lenient: 'outputResources.amis has the copies that failed, too, as FAILED and with their reason',
    source:
      'Image Builder user guide, image-failure-context: each destination that failed is in regionFailures, and every member is optional; API reference, Ami: its state may be FAILED',
    settledBy: 'S9',
  },
  'omitted-data-type': {
    strict: 'PutParameter without DataType means text, and is refused for a parameter of type aws:ec2:image',
    lenient: 'PutParameter without DataType leaves the type of a parameter as it is',
    source:
      'Systems Manager API Reference, PutParameter, DataType: "The default data type is text"; hashicorp/terraform-provider-aws#35959: a change of the type is refused',
    settledBy: 'S18',
  },
  'images-need-what-made-them': {
    strict:
      'Image Builder does not delete an image that was distributed, a recipe or a distribution configuration while an image is there that came out of it',
    lenient: 'Image Builder deletes an image, a recipe and a distribution configuration whatever images came out of it',
    source:
      'Image Builder API Reference, DeleteImage: it fails "if other resources depend on it"; DeleteDistributionConfiguration: while a pipeline references it; no text says whether an image does',
    settledBy: 'S12',
  },
  'build-numbers-come-again': {
    strict: 'the build number of an image that was deleted is given again where none is higher',
    lenient: 'a build number is given once',
    source:
      'Image Builder user guide, tag-resources: the build version is the number at the end of the ARN; no text says what follows the deletion of the latest',
    settledBy: 'S12',
  },
  'amis-of-failed-builds-are-not-named': {
    strict: 'GetImage names no AMI of a build that failed or was cancelled, also where there is one',
    lenient: 'GetImage names the AMIs of a build whatever became of it',
    source:
      'Image Builder API Reference, CancelImageCreation: AMIs and snapshots that the build already made are not removed; Image, outputResources: what it produces "when it creates this image"',
    settledBy: 'S12',
  },
  'disabled-pipelines': {
    strict: 'StartImagePipelineExecution refuses a pipeline whose status is DISABLED',
    lenient: 'a pipeline whose status is DISABLED is started by nothing but StartImagePipelineExecution',
    source:
      'Image Builder user guide, schedule-pipeline: "Image Builder disables the pipeline" where scheduled runs fail; API Reference, CreateImagePipeline, status; StartImagePipelineExecution: no text says what starts of such a pipeline come to',
    settledBy: 'S15',
  },
} satisfies Record<string, OpenQuestion>

export type OpenQuestionName = keyof typeof openQuestions

export const openQuestionNames = Object.keys(openQuestions) as OpenQuestionName[]

/** The reading of each question that is not read strictly. */
export type Readings = Partial<Record<OpenQuestionName, 'strict' | 'lenient'>>

/** Asks how a question is read. */
export const strictness =
  (readings: Readings = {}) =>
  (question: OpenQuestionName): boolean =>
    readings[question] !== 'lenient'

/** Every question read leniently. */
export const lenient = Object.fromEntries(openQuestionNames.map((name) => [name, 'lenient'])) as Readings
