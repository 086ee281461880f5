import { expect, it } from 'vitest'
import { admits } from '../../domain/allowed-amis.ts'

const soe = { owner: '444455556666', name: 'soe-al2023-*' }
it.each<[string, Parameters<typeof admits>[0], boolean]>([
  ['nobody', [], false],
  ['no provider', [{ ImageProviders: ['none'] }], false],
  ['another provider', [{ ImageProviders: ['amazon', '555566667777'] }], false],
  ['its owner', [{ ImageProviders: ['amazon'] }, { ImageProviders: ['444455556666'] }], true],
  ['any owner, by names', [{ ImageNames: ['golden-*', 'soe-*'] }], true],
  ['its owner, by other names', [{ ImageProviders: ['444455556666'], ImageNames: ['soe-ubuntu-*'] }], false],
  ['its owner, by one name that fits', [{ ImageProviders: ['444455556666'], ImageNames: ['soe-al2023-1'] }], true],
  ['products of AWS Marketplace', [{ MarketplaceProductCodes: ['abc'] }], false],
])('%s', (_, criteria, admitted) => {
  expect(admits(criteria, soe)).toBe(admitted)
})

it('takes a name that nobody knows for one that fits', () => {
  expect(admits([{ ImageProviders: ['444455556666'], ImageNames: ['soe-*'] }], { ...soe, name: '' })).toBe(true)
  expect(admits([{ ImageNames: ['one'] }], { ...soe, name: 'one' })).toBe(true)
  expect(admits([{ ImageNames: ['one'] }], { ...soe, name: 'two' })).toBe(false)
})
