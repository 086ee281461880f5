import { CreateGrantCommand, DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms'
import { grantName, grantOperations, serviceRoleArn } from '../domain/grants.ts'
import { isDenied, isMissing, isNoPrincipal } from './errors.ts'
import { TargetMismatch } from './targets.ts'

/**
 * The ARN of the key that an ARN or an alias's ARN stands for. A key of each target, with {account} in its ARN, stays as it
 * is: only that account knows it.
 *
 * @param clientIn a client for a region
 * @throws Wrong for a key that is not there, cannot be used, or is managed by AWS, which nobody else may use
 */
export async function keyArnOf(clientIn: (region: string) => KMSClient, named: string): Promise<string> {
  const [, , , region = '', account = ''] = named.split(':')
  if (account === '{account}' || named.includes(':key/')) return named
  const { Arn, KeyState, KeyManager } = (await describe(clientIn(region), named)) ?? {}
  if (!Arn) throw new TargetMismatch(`there is no key ${named}`)
  if (KeyManager === 'AWS')
    throw new TargetMismatch(`${named} is a key that AWS manages, which no other account can use`)
  if (KeyState !== 'Enabled') throw new TargetMismatch(`the key ${named} is ${KeyState ?? 'unknown'}`)
  return Arn
}

async function describe(client: KMSClient, KeyId: string) {
  try {
    return (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/**
 * Lets Auto Scaling of an account launch what a key of another account encrypts: a grant, which only somebody of that account
 * can make. A repeat makes none. Where the account has no role for Auto Scaling, it has no group, and needs none.
 *
 * @param kms a client of the account, in the key's region
 * @throws Wrong where the key's policy, or the caller's, does not allow it
 */
export async function letAutoScalingUse(
  kms: KMSClient,
  { key, fleet, account }: { key: string; fleet: string; account: string },
): Promise<void> {
  const [, partition = 'aws'] = key.split(':')
  const command = new CreateGrantCommand({
    KeyId: key,
    Name: grantName(fleet),
    GranteePrincipal: serviceRoleArn(partition, account),
    Operations: [...grantOperations],
  })
  try {
    await kms.send(command)
  } catch (error) {
    if (isNoPrincipal(error)) return
    if (isDenied(error)) throw new TargetMismatch(`Auto Scaling cannot be let use the key ${key}: ${error.message}`)
    throw error
  }
}
