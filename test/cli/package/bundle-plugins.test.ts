import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { bundlePlugins, checkUnusedServices } from '../../../cli/package/bundle-plugins.ts'
import * as product from '../../../domain/product.ts'

const loading = (...files: string[]) => ({
  inputs: Object.fromEntries(files.map((file) => [file, { bytes: 1, imports: [] }])),
  outputs: {},
})

it('stops the build where more than the rules of cdk-nag loads a service that is taken for unused', () => {
  const others = ['node_modules/aws-cdk-lib/aws-kms/index.js', 'node_modules/aws-cdk-lib/core/index.js']
  checkUnusedServices(loading(...others))
  expect(() => checkUnusedServices(loading(...others, 'node_modules/aws-cdk-lib/aws-rds/lib/index.js'))).toThrow(
    'take it off the list: aws-rds',
  )
})

it('leaves in a bundle all that the product knows of itself, and nothing else of package.json', async () => {
  const { outputFiles } = await build({
    entryPoints: ['domain/product.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    plugins: bundlePlugins,
  })
  const text = outputFiles[0]?.text ?? ''
  expect({ ...(await import(`data:text/javascript,${encodeURIComponent(text)}`)) }).toEqual({ ...product })
  expect(text).not.toContain('vitest')
})
