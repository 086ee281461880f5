import type { Iam } from '../../iam/iam.ts'
import { AwsError } from '../types.ts'
import type { Place } from './resources.ts'

/** @throws AwsError InvalidRequestException for a role, by ARN or name, that Image Builder cannot take on */
export function mustBeUsable(iam: Iam, named: string, { account }: Place): void {
  const arn = named.startsWith('arn:') ? named : `arn:aws:iam::${account}:role/${named}`
  const refused = (why: string) => new AwsError('InvalidRequestException', `The execution role ${arn} does not ${why}.`)
  if (!iam.role(arn)) throw refused('exist')
  if (!iam.trustsService(arn, 'imagebuilder.amazonaws.com')) throw refused('trust imagebuilder.amazonaws.com')
}
