import { execFileSync } from 'node:child_process'
import { packageName } from '../../domain/product.ts'
import { packageFile } from '../../infra/package-file.ts'
import type { BundledPackage } from './bundled-packages.ts'

interface Component {
  'bom-ref': string
  scope: string
  properties: { name: string; value: string }[]
  [field: string]: unknown
}

interface Sbom {
  metadata: { component: Component }
  components: Component[]
  dependencies: { ref: string; dependsOn: string[] }[]
  [field: string]: unknown
}

/**
 * What is inside the package, in CycloneDX: of the lockfile, with its hashes, those packages that are bundled. Where the package is
 * installed, `npm sbom` and `npm audit` see one component. The same lockfile gives the same text: it has no time and no serial number.
 * https://docs.npmjs.com/cli/v11/commands/npm-sbom
 *
 * @throws where a bundled package is not in the lockfile
 */
export function sbomOf(packages: BundledPackage[]): string {
  const output = execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], {
    cwd: packageFile('.'),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const { serialNumber, metadata, components, dependencies, ...head } = JSON.parse(output) as Sbom
  const bundled = new Set(packages.map(({ name, version }) => `${name}@${version}`))
  const listed = components.filter((component) => bundled.has(component['bom-ref']))
  const missing = [...bundled].filter((ref) => !listed.some((component) => component['bom-ref'] === ref))
  if (missing.length > 0)
    throw new Error(`package-lock.json has no ${missing.join(', no ')}: run npm ci, and build again`)
  const kept = dependencies
    .filter(({ ref }) => bundled.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => bundled.has(each)).sort() }))
  const sbom = {
    ...head,
    // npm gives it the name of the folder that the clone is in.
    metadata: { component: Object.assign(metadata.component, { name: packageName, properties: [] }) },
    // To npm they are what we develop with; to users, what runs.
    components: listed.map((component) => ({ ...component, scope: 'required', properties: [] })),
    dependencies: [
      { ref: metadata.component['bom-ref'], dependsOn: listed.map((component) => component['bom-ref']) },
      ...kept,
    ],
  }
  return `${JSON.stringify(sbom, undefined, 2)}\n`
}
