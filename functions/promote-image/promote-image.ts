import type { SSMClient } from '@aws-sdk/client-ssm'
import { pointerName } from '../../domain/names.ts'
import { movePointer, readPointer } from '../shared/pointers.ts'

interface Request {
  image: string
  ami: string
}

/** Through its last ring: stable. What was stable is previous; a repeated promotion moves nothing. */
export async function promote({ fleet, ssm }: { fleet: string; ssm: SSMClient }, { image, ami }: Request) {
  const stable = await readPointer(ssm, pointerName(fleet, image, 'stable'))
  if (stable === ami) return { stable: ami }
  if (stable) await movePointer(ssm, pointerName(fleet, image, 'previous'), stable)
  await movePointer(ssm, pointerName(fleet, image, 'stable'), ami)
  return { stable: ami, previous: stable }
}
