import * as v from 'valibot'
import { listOf, matching } from './values.ts'

/** What build and test instances read and write beside the fleet's own: what it says, and what that lets them do. */

/** A bucket and a key, or a prefix of keys with a `*` at its end. */
const object = String.raw`s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/(?=.)[^*?$]*\*?`

const Read = matching(
  new RegExp(String.raw`^(${object}|ssm:[\w./-]+\*?|secret:[\w/+=.@-]+)$`),
  'objects as s3://bucket/prefix/*, parameters as ssm:/path/*, or a secret as secret:name',
)

const Write = matching(new RegExp(`^${object}$`), 'objects such as s3://bucket/prefix/*')

const Key = matching(
  /^arn:aws[^:]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
  'the ARN of a KMS key, by its id: IAM knows keys by nothing else',
)

const Policy = matching(
  /^arn:aws[^:]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/,
  'the ARN of an IAM policy, such as arn:aws:iam::111122223333:policy/installers',
)

/** Keys of an infrastructure configuration: the role of its instances has what they say. */
export const privateInputs = {
  reads: v.pipe(
    v.exactOptional(listOf(Read)),
    v.description('What components read: s3://bucket/prefix/*, ssm:/path/* and secret:name of the build account'),
  ),
  writes: v.pipe(
    v.exactOptional(listOf(Write)),
    v.description('Where components write objects to: s3://bucket/prefix/*'),
  ),
  kmsKeys: v.pipe(v.exactOptional(listOf(Key)), v.description('KMS keys that encrypt what is read and written')),
  policies: v.pipe(
    v.exactOptional(v.pipe(listOf(Policy), v.maxLength(10, 'at most 10 policies, the limit of IAM'))),
    v.description('Other policies of the role of its instances, by ARN'),
  ),
  permissionsBoundary: v.pipe(v.exactOptional(Policy), v.description('The permissions boundary of that role, by ARN')),
}

/** AWSTOE and the components that AWS manages come from buckets of Image Builder, one for each region. */
export const imageBuilderObjects = 's3://ec2imagebuilder*'

/** Whether one of the entries covers a location, which may itself end in a `*`: all keys that begin so. */
export const covers = (entries: readonly string[], location: string): boolean =>
  entries.some((entry) => entry === location || (entry.endsWith('*') && location.startsWith(entry.slice(0, -1))))
