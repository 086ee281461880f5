import * as v from 'valibot'
import { describe, integer, matching, object, oneOf, text } from './values.ts'

/** How and where build and test instances are launched, and where their logs go. */

const Placement = object({
  tenancy: v.pipe(
    v.exactOptional(oneOf(['default', 'dedicated', 'host'])),
    describe('default: shared hardware; dedicated: hardware of this account alone; host: a Dedicated Host'),
  ),
  host: v.pipe(
    v.exactOptional(matching(/^h-[0-9a-f]{8,17}$/, 'the id of a Dedicated Host such as h-0a1b2c3d4e5f67890')),
    describe('The Dedicated Host, with tenancy: host'),
  ),
  hostResourceGroup: v.pipe(
    v.exactOptional(
      matching(
        /^arn:aws[^:]*:resource-groups:[a-z0-9-]+:\d{12}:group\/[\w.-]+$/,
        'the ARN of a host resource group, such as arn:aws:resource-groups:us-west-2:111122223333:group/hosts',
      ),
    ),
    describe('A group of Dedicated Hosts in place of one, with tenancy: host'),
  ),
  availabilityZone: v.pipe(
    v.exactOptional(
      matching(/^[a-z]{2,4}(-[a-z]+)+-\d+(-[a-z]{3}-\d+)?[a-z]$/, 'an Availability Zone such as us-west-2a'),
    ),
    describe("The Availability Zone: the subnet's, where the network names one"),
  ),
})

const bucketName = matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket, such as example-build-logs')

const Logs = object({
  bucket: v.pipe(bucketName, describe('A bucket that exists. Its own policy must let another account write')),
  prefix: v.pipe(
    v.exactOptional(
      matching(/^[^/*?$]([^*?$]*[^/*?$])?$/, 'a prefix such as image-builder/golden, without a / at its ends'),
    ),
    describe('Before the keys. Default: FLEET/NAME'),
  ),
})

/** Keys of an infrastructure configuration. */
export const instanceSettings = {
  description: v.pipe(v.exactOptional(text), describe('For people')),
  keyPair: v.pipe(
    // API Reference of EC2, CreateKeyPair, KeyName: "Up to 255 ASCII characters".
    v.exactOptional(matching(/^(?! )[\x20-\x7e]{1,255}(?<! )$/, 'the name of a key pair, of at most 255 characters')),
    describe('The EC2 key pair of its instances, which the build account has'),
  ),
  placement: v.pipe(v.exactOptional(Placement), describe('The hardware and the Availability Zone of its instances')),
  hopLimit: v.pipe(
    v.exactOptional(integer(1, 64)),
    describe('How many hops an answer of the instance metadata goes: 2 reaches containers on the instance. Default: 1'),
  ),
  logs: v.pipe(v.exactOptional(Logs), describe("A bucket for its logs, in place of the fleet's own")),
}

interface Logged {
  logs?: { bucket: string; prefix?: string }
}

/** Whether its logs go to the bucket that the fleet makes. */
export const logsToFleet = ({ logs }: Logged): boolean => logs === undefined

/** The prefix of the logs in a bucket that the fleet does not make. */
export const logPrefix = (fleet: string, infrastructure: string, { prefix }: NonNullable<Logged['logs']>): string =>
  prefix ?? `${fleet}/${infrastructure}`
