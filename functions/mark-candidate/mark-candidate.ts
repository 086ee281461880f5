import type { SSMClient } from '@aws-sdk/client-ssm'
import { free } from '../../domain/claims.ts'
import { pointerName, versionOfArn } from '../../domain/names.ts'
import { passed } from '../../domain/planning/learning.ts'
import { imageKey, readOrdered, releaseKey } from '../shared/campaigns.ts'
import { changeClaims } from '../shared/claims.ts'
import { changeKnown } from '../shared/known.ts'
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

/** The AMI passed its checks: a release is recorded, the candidate pointer moves, the next bake may begin. */
export async function markCandidate(parts: Parts, request: Request) {
  const { execution, time, campaign, image, parentAmi, imageArn, ami } = request
  const version = versionOfArn(imageArn)
  const { order, startedAt = time } = await readOrdered(parts.ledger, campaign, image)
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
  const { definition } = order
  const last = { ami, version, parentAmi, definition, at: startedAt, campaign }
  await changeKnown(parts.ledger, (known) => passed(known, image, last))
  await changeClaims(parts, time, (claims) => free(claims, { holder: execution, stage: 'bake' }))
  return { version }
}
