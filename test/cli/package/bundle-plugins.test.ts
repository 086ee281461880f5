import { expect, it } from 'vitest'
import { checkUnusedServices } from '../../../cli/package/bundle-plugins.ts'

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
