import type { EC2Client, Image } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { bakedAs } from '../../../functions/workflow/ami-ancestry.ts'
import { keyOf } from '../../../ledger/keys.ts'
import { memoryLedger, seed } from '../../support/ledger.ts'
import { named } from '../release-world.ts'

const tagged = (tags: Record<string, string>) => ({
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
})
const ours = tagged({ 'rebake:fleet': 'golden', 'rebake:image': 'web' })
const from = (SourceImageId: string) => ({ SourceImageId })

/** What an AMI was baked as, where these others can be seen, and these copies were made. */
async function judged(image: Image, others: Record<string, Image> = {}, copies: Record<string, string> = {}) {
  const ledger = memoryLedger()
  const looked: string[] = []
  const ec2 = {
    send: async ({ input }: { input: { ImageIds: string[] } }) => {
      const [ami = ''] = input.ImageIds
      looked.push(ami)
      if (!others[ami]) throw named('InvalidAMIID.NotFound')
      return { Images: [others[ami]] }
    },
  } as unknown as EC2Client
  for (const [ami, name] of Object.entries(copies)) await seed(ledger, keyOf('copy', { ami }), { image: name })
  return { as: await bakedAs({ ec2, ledger, fleetName: 'golden' }, image), looked }
}

describe('what an AMI was baked as', () => {
  it.each<[string, Image, Record<string, Image>, Record<string, string>, string | undefined, number]>([
    ['of another maker', {}, {}, {}, undefined, 0],
    ['of this fleet', ours, {}, {}, 'web', 0],
    ['of another fleet', tagged({ 'rebake:fleet': 'silver', 'rebake:image': 'web' }), {}, {}, undefined, 0],
    ['made from one of this fleet', from('a'), { a: ours }, {}, 'web', 1],
    ['made from one that was made from one of this fleet', from('a'), { a: from('b'), b: ours }, {}, 'web', 2],
    ["made in an upstream's account from what was copied there", from('a'), {}, { a: 'web' }, 'web', 0],
    ['made from something made of such a copy', from('a'), { a: from('b') }, { b: 'web' }, 'web', 1],
    ['made from what nobody can see', from('a'), {}, {}, undefined, 1],
    ['made from another maker', from('a'), { a: {} }, {}, undefined, 1],
  ])('%s', async (_, image, others, copies, as, looks) => {
    const { looked, ...found } = await judged(image, others, copies)
    expect(found).toEqual({ as })
    expect(looked).toHaveLength(looks)
  })

  it('is looked for through four generations, also where an AMI is its own source', async () => {
    const { as, looked } = await judged(from('a'), { a: from('a') })
    expect([as, looked]).toEqual([undefined, ['a', 'a', 'a', 'a']])
  })
})
