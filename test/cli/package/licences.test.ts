import { expect, it } from 'vitest'
import { packagesIn } from '../../../cli/package/bundled-packages.ts'
import { licencesOf } from '../../../cli/package/licences.ts'

const output = (inputs: Record<string, number>) => ({
  bytes: 0,
  imports: [],
  exports: [],
  inputs: Object.fromEntries(Object.entries(inputs).map(([file, bytesInOutput]) => [file, { bytesInOutput }])),
})
/** What esbuild says of one bundle with these files, each with its bytes. */
const bundleOf = (inputs: Record<string, number>) => ({ inputs: {}, outputs: { 'dist/cli.js': output(inputs) } })

it('lists the packages of which there is something in a bundle, also those inside others', () => {
  const first = bundleOf({
    'cli/main.ts': 9,
    'node_modules/yaml/dist/index.js': 9,
    'node_modules/valibot/dist/index.mjs': 0,
  })
  const second = bundleOf({
    'node_modules/aws-cdk-lib/node_modules/semver/index.js': 1,
    'node_modules/lazy/lazy.js': 1,
  })
  expect(packagesIn([first, second])).toEqual([
    expect.objectContaining({
      name: 'semver',
      licence: 'ISC',
      directory: 'node_modules/aws-cdk-lib/node_modules/semver',
    }),
    // It has the old form: { "type": "MIT" }.
    expect.objectContaining({ name: 'lazy', version: '1.0.11', licence: 'MIT' }),
    expect.objectContaining({ name: 'yaml', licence: 'ISC', directory: 'node_modules/yaml' }),
  ])
})

const yaml = { name: 'yaml', version: '2.9.1', licence: 'ISC', directory: 'node_modules/yaml' }

it('says each text once, and names what has none', () => {
  const lazy = { name: 'lazy', version: '1.0.11', licence: 'MIT', directory: 'node_modules/lazy' }
  const text = licencesOf([yaml, { ...yaml, name: 'yaml-of-another', version: '3.0.0' }, lazy])
  expect(text).toContain('Without a text of their own:\n\nlazy 1.0.11 (MIT)\n')
  expect(text).toContain('yaml 2.9.1 (ISC)\nyaml-of-another 3.0.0 (ISC)\n\nCopyright Eemeli Aro')
  expect(text.match(/Permission to use, copy, modify/g)).toHaveLength(1)
})

it.each(['GPL-3.0-only', 'UNLICENSED', ''])('stops the build for the licence `%s`', (licence) => {
  expect(() => licencesOf([yaml, { ...yaml, name: 'strange', licence }])).toThrow(
    `strange 2.9.1 has the licence ${licence || '(none)'}: may it be in our package?`,
  )
})
