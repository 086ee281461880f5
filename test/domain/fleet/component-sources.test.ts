import { describe, expect, it } from 'vitest'
import { componentDescription } from '../../../domain/fleet/component-text.ts'
import { imageFingerprint } from '../../../domain/fleet/image-fingerprint.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { files, many, problemsAfter, sound } from './broken.ts'

const patch = 'patch: { platform: Linux, file: patch.yaml }'
const withPatch = (more: string) => problemsAfter([[patch, `patch: { platform: Linux, ${more} }`]])

describe('a component takes', () => {
  it.each([
    'uri: "s3://example-components/linux/patch-3.yaml"',
    'uri: "s3://example-components/patch-3.yaml", description: Patches, supportedOsVersions: [Amazon Linux 2023, Ubuntu]',
    `file: patch.yaml, supportedOsVersions: ${many(25, (i) => `Ubuntu ${i}`)}`,
  ])('%s', (more) => expect(withPatch(more)).toEqual([]))
})

describe('a component does not take', () => {
  it.each([
    ['uri: "https://example.com/patch.yaml"', 'components.patch.uri: expected an object as s3://bucket/key'],
    ['uri: "s3://example-components/"', 'components.patch.uri: expected an object as s3://bucket/key'],
    [
      'uri: "s3://example-components/patch.yaml", file: patch.yaml',
      "components.patch: expected 'file', 'document', 'uri' or 'arn', found file and uri",
    ],
    ['file: patch.yaml, supportedOsVersions: []', 'components.patch.supportedOsVersions: expected at least one system'],
    [
      `file: patch.yaml, supportedOsVersions: ${many(26, (i) => `Ubuntu ${i}`)}`,
      'components.patch.supportedOsVersions: expected at most 25 systems',
    ],
    [
      'file: patch.yaml, supportedOsVersions: [Ubuntu, Windows Server 2022]',
      "components.patch.supportedOsVersions[1]: expected a system of the platform Linux, found 'Windows Server 2022'",
    ],
    [
      'file: patch.yaml, supportedOsVersions: [Ubuntu, Ubuntu]',
      "components.patch.supportedOsVersions[1]: expected each system once, found 'Ubuntu' again",
    ],
  ])('%s', (more, message) => expect(withPatch(more)).toEqual([expect.stringContaining(message)]))
})

it('a document in S3 is known by its key: another key bakes again', () => {
  const fingerprint = (key: string) => {
    const text = sound.replace(patch, `patch: { platform: Linux, uri: "s3://example-components/${key}" }`)
    const read = (file: string) => files[file] ?? ''
    return imageFingerprint(parseFleet(text, 'fleet.yaml', read), 'base', read)
  }
  expect(fingerprint('patch-3.yaml')).not.toBe(fingerprint('patch-4.yaml'))
})

it.each([
  [{}, undefined],
  [{ description: 'Patches' }, 'Patches'],
  [{ supportedOsVersions: ['Ubuntu', 'Amazon Linux 2023'] }, 'For Ubuntu, Amazon Linux 2023'],
  [{ description: 'Patches', supportedOsVersions: ['Ubuntu'] }, 'Patches (For Ubuntu)'],
])('the description of a component says its systems: %o', (component, described) => {
  expect(componentDescription(component)).toBe(described)
})
