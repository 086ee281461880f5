import { expect, it } from 'vitest'
import { sbomOf } from '../../../cli/package/sbom.ts'
import { packageName, version } from '../../../domain/product.ts'

const bundled = (name: string, its: string) => ({
  name,
  version: its,
  licence: 'MIT',
  directory: `node_modules/${name}`,
})

it('lists what is bundled, with hashes, and nothing of the time and the machine', () => {
  const { metadata, components, dependencies, ...head } = JSON.parse(
    sbomOf([bundled('@middy/core', '7.9.2'), bundled('yaml', '2.9.1')]),
  )
  expect(head).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' })
  expect(head).not.toHaveProperty('serialNumber')
  const own = { 'bom-ref': `${packageName}@${version}`, name: packageName, version }
  expect(metadata).toEqual({ component: expect.objectContaining(own) })
  expect(components).toEqual([
    expect.objectContaining({ 'bom-ref': '@middy/core@7.9.2', scope: 'required', properties: [] }),
    expect.objectContaining({ 'bom-ref': 'yaml@2.9.1', hashes: [expect.objectContaining({ alg: 'SHA-512' })] }),
  ])
  expect(dependencies).toEqual([
    { ref: own['bom-ref'], dependsOn: ['@middy/core@7.9.2', 'yaml@2.9.1'] },
    // It has others, which are not bundled here.
    { ref: '@middy/core@7.9.2', dependsOn: [] },
    { ref: 'yaml@2.9.1', dependsOn: [] },
  ])
})

it('stops the build where a package is not in the lockfile', () => {
  expect(() => sbomOf([bundled('yaml', '2.9.1'), bundled('strange', '1.0.0')])).toThrow(
    'package-lock.json has no strange@1.0.0: run npm ci, and build again',
  )
})
