import * as v from 'valibot'
import { account, describe, flag, matching, object, oneOf, text } from './values.ts'

/** Where SOE AMIs come from: the part of fleet.yaml, and what it means. An upstream has exactly one kind. */

export const platforms = ['Linux', 'Windows'] as const
export const architectures = ['x86_64', 'arm64'] as const

const architecture = v.optional(oneOf(architectures), 'x86_64')
const amiName = v.pipe(
  matching(/^[\w()[\]./'@\-*? ]{3,128}$/, 'an AMI name of 3 to 128 characters, * and ? allowed'),
  describe('The name of the AMIs; * stands for any characters, ? for one'),
)
const owner = v.pipe(
  v.exactOptional(
    v.union([account, v.literal('amazon', "an AWS account id in quotes, or 'amazon' for Amazon's own AMIs")]),
  ),
  describe("Whose AMIs they must be. Default: those of the account above; of a public parameter, Amazon's"),
)

export const Upstream = object({
  description: v.exactOptional(text),
  platform: v.pipe(
    v.exactOptional(oneOf(platforms)),
    describe('The operating system; otherwise it follows from the components of its images'),
  ),
  ami: v.pipe(
    v.exactOptional(
      object({
        owner: v.pipe(account, describe('The account that owns the AMIs: releases of any other are refused')),
        name: amiName,
        architecture,
      }),
    ),
    describe('AMIs of an account, known by their name'),
  ),
  parameter: v.pipe(
    v.exactOptional(
      object({
        name: v.pipe(
          matching(/^(\/[\w.-]+){1,15}$|^[\w.-]+$/, 'the name of an SSM parameter, such as /soe/al2023'),
          describe('An SSM parameter that holds an AMI id. Public ones begin with /aws/service/'),
        ),
        account: v.pipe(
          v.exactOptional(account),
          describe('The account that has the parameter. Default: the build account'),
        ),
        owner,
        amiName: v.exactOptional(amiName),
        architecture,
        announcements: v.pipe(
          v.exactOptional(
            matching(
              /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
              'the ARN of an SNS topic, such as arn:aws:sns:us-east-1:137112412989:amazon-linux-2023-ami-updates',
            ),
          ),
          describe('An SNS topic whose messages say that it is worth a look'),
        ),
      }),
    ),
    describe('The AMI that an SSM parameter names'),
  ),
  image: v.pipe(
    v.exactOptional(
      object({
        name: v.pipe(
          matching(/^[a-z0-9][a-z0-9-_]{0,127}$/, "the name in the image's ARN, such as soe-al2023"),
          describe('Its name as in its ARN: lower case, - for blanks'),
        ),
        architecture,
      }),
    ),
    describe('An Image Builder image of the build account that is not of this fleet'),
  ),
  event: v.pipe(
    v.exactOptional(
      object({
        account: v.pipe(account, describe('The account that sends "SOE AMI Released" events')),
        owner,
        amiName: v.exactOptional(amiName),
        architecture,
        emergencies: v.pipe(
          v.optional(flag, false),
          describe('Whether its events may call a release an emergency, which no freeze holds up'),
        ),
      }),
    ),
    describe('AMIs that a team announces itself: docs/events.md'),
  ),
})

export type Upstream = v.InferOutput<typeof Upstream>
type Architecture = (typeof architectures)[number]

interface Expected {
  /** An account id, or `amazon`: whose AMIs are believed. */
  owner: string
  /** A pattern with * and ?; undefined where any name will do. */
  amiName?: string | undefined
  architecture: Architecture
}

/** One upstream's kind, with everything filled in. */
export type Source =
  | (Expected & { kind: 'ami'; amiName: string })
  /** `account` is '' for a public parameter: it is AWS's. */
  | (Expected & { kind: 'parameter'; parameter: string; account: string; announcements?: string | undefined })
  | (Expected & { kind: 'image'; image: string })
  | (Expected & { kind: 'event'; account: string; emergencies: boolean })

const isPublic = (parameter: string) => parameter.startsWith('/aws/service/')

/** @throws when it is of no kind; parseFleet has refused that. */
export function sourceOf({ ami, parameter, image, event }: Upstream, buildAccount: string): Source {
  if (ami) return { kind: 'ami', owner: ami.owner, amiName: ami.name, architecture: ami.architecture }
  if (parameter) {
    const account = isPublic(parameter.name) ? '' : (parameter.account ?? buildAccount)
    const { name, announcements, amiName, architecture } = parameter
    const owner = parameter.owner ?? (account || 'amazon')
    return { kind: 'parameter', parameter: name, account, owner, amiName, architecture, announcements }
  }
  if (image) return { kind: 'image', image: image.name, owner: buildAccount, architecture: image.architecture }
  if (event) return { kind: 'event', ...event, owner: event.owner ?? event.account }
  throw new Error('an upstream without ami, parameter, image or event')
}

/** The architecture, for a fleet whose upstreams may not be sound yet. */
export const architectureOf = ({ ami, parameter, image, event }: Upstream): Architecture | undefined =>
  (ami ?? parameter ?? image ?? event)?.architecture
