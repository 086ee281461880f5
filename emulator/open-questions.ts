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
