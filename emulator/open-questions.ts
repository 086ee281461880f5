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
      'a task token that comes back before the call which brought it has answered may not be known yet: one in fifty is not',
    lenient: 'a task token is good as soon as there is one',
    source:
      'Step Functions Developer Guide, connect-to-resource: the task waits for its token after the call; no text says that one is good before',
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
