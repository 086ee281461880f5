/**
 * What no document of AWS settles: each question with its two readings. The emulator takes the strict one, unless it is notified
 * otherwise, and what runs on it must be right under both. A real deployment settles a question by the test that is named.
 */
export interface OpenQuestion {
  /** What the emulator does. */
  strict: string
  /** What AWS may do as well, and what the emulator does where it is set so. */
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
