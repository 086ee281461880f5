import type { SSMClient } from '@aws-sdk/client-ssm'
import { freeSlot } from '../../domain/claims.ts'
import { pointerName } from '../../domain/names.ts'
import { imageKey, releaseKey } from '../shared/campaigns.ts'
import { changeClaims } from '../shared/claims.ts'
import type { Ledger } from '../shared/ledger.ts'
import { movePointer } from '../shared/pointers.ts'
import type { Waits } from '../shared/waits.ts'

interface Parts {
  fleet: string
  ssm: SSMClient
  ledger: Ledger
  waits: Waits
  concurrentBakes: number
}

interface Request {
  execution: string
  time: string
  campaign: string
  image: string
  parentAmi: string
  imageArn: string
  ami: string
}

/** `1.0.3/1` of an image's ARN: the recipe's version and the build's number. */
const versionOf = (imageArn: string) => imageArn.split('/').slice(2).join('/')

/** The AMI passed its checks: a release is recorded, the candidate pointer moves, the bake slot is free. */
export async function markCandidate(parts: Parts, request: Request) {
  const { execution, time, campaign, image, parentAmi, imageArn, ami } = request
  const version = versionOf(imageArn)
  await parts.ledger.create(releaseKey(image, version), {
    image,
    version,
    ami,
    parentAmi,
    imageArn,
    campaign,
    bakedAt: time,
  })
  await movePointer(parts.ssm, pointerName(parts.fleet, image, 'candidate'), ami)
  await parts.ledger.set(imageKey(campaign, image), { status: 'candidate', version })
  await changeClaims(parts, time, (claims) => freeSlot(claims, execution))
  return { version }
}
