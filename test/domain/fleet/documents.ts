import type { Platform } from '../../../domain/fleet/model.ts'
import { FleetInvalid, judgeFleet } from '../../../domain/fleet/parse.ts'

const fleetOf = (platform: Platform, times: string) => `name: acme
build: { account: '111122223333', region: us-west-2 }
notify: { email: [team@example.com] }
infrastructure: { small: { instanceTypes: [m7i.large], reads: ["s3://bucket/*"], writes: ["s3://bucket/*"] } }
upstreams:
  soe: { platform: ${platform}, ami: { owner: '444455556666', name: soe-* } }
components:
  agent: { platform: ${platform}, file: agent.yaml }
images:
  base: { parent: soe, infrastructure: small, components: [agent], volumes: [{ device: /dev/sda1, size: 60 }]${times} }
rings: { all: { accounts: ['222233334444'], regions: [us-west-2] } }
`

/**
 * What is wrong in the document of a fleet's one component, and what is said of it, a line each.
 * @param times `, timeout: 5h`: more of the image
 */
export const judged = (document: string, { platform = 'Linux' as Platform, times = '' } = {}) => {
  try {
    const { warnings } = judgeFleet(fleetOf(platform, times), 'fleet.yaml', () => document)
    return {
      problems: [],
      warnings: warnings.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`),
    }
  } catch (error) {
    if (error instanceof FleetInvalid) return { problems: error.message.split('\n'), warnings: [] }
    throw error
  }
}

/** A document of one phase, in the way in which JSON is YAML. */
export const documentOf = (...steps: object[]): string =>
  JSON.stringify({ schemaVersion: '1.0', phases: [{ name: 'build', steps }] })
