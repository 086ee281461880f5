import { readdirSync, readFileSync } from 'node:fs'
import { packageFile } from '../../infra/package-file.ts'
import type { BundledPackage } from './bundled-packages.ts'

/** What may be given to others with no more than its text beside it. Names of https://spdx.org/licenses/ */
const allowed = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'MIT-0'])

/** Texts that licences want with every copy. A NOTICE is Apache-2.0's; the third file is what a package bundles itself. */
const texts = /^(licen[cs]e|copying|notice|third-party-licenses)(\.\w+|-\w+)*$/i

/**
 * THIRD-PARTY-LICENSES: each text once, after the packages that it is of. Packages that have none come first, with what
 * they say of themselves.
 *
 * @throws where a package has a licence that is not on the list: somebody must read it before it is published
 */
export function licencesOf(packages: BundledPackage[]): string {
  const unknown = packages.filter(({ licence }) => !allowed.has(licence))
  if (unknown.length > 0)
    throw new Error(
      `${unknown.map(({ name, version, licence }) => `${name} ${version} has the licence ${licence || '(none)'}`).join('; ')}: ` +
        'may it be in our package? Then add it to `allowed` in cli/package/licences.ts.',
    )
  const byText = new Map<string, BundledPackage[]>()
  for (const each of packages) for (const text of textsOf(each)) byText.set(text, [...(byText.get(text) ?? []), each])
  const withText = new Set([...byText.values()].flat())
  const without = packages.filter((each) => !withText.has(each))
  const sections = [...byText].map(([text, those]) => `${those.map(titleOf).join('\n')}\n\n${text}`)
  return [
    'Rebake contains code of the packages below, each under its own licence.',
    ...(without.length > 0 ? [`Without a text of their own:\n\n${without.map(titleOf).join('\n')}`] : []),
    ...sections,
  ].join(`\n\n${'-'.repeat(80)}\n\n`)
}

const titleOf = ({ name, version, licence }: BundledPackage) => `${name} ${version} (${licence})`

const textsOf = ({ directory }: BundledPackage) =>
  readdirSync(packageFile(directory))
    .filter((file) => texts.test(file))
    .sort()
    .map((file) =>
      readFileSync(packageFile(`${directory}/${file}`), 'utf8')
        .replaceAll('\r\n', '\n')
        .trim(),
    )
