import { parseFleet } from '../../domain/fleet/parse.ts'
import { parseEstate } from '../../rehearsal/estate.ts'

const pipelines = 'arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline'

/** What each image's pipeline has that stops it, as an estate says it. */
const traits: Record<string, string> = {
  sound: '{}',
  follows: '{ parent: parameter }',
  managed: '{ volumes: aws-managed-key }',
  unencrypted: '{ volumes: unencrypted }',
  silent: '{ volumes: none }',
  shares: '{ sharedWith: ["999988887777"] }',
  container: '{ recipe: container }',
  roleless: '{ executionRole: gone }',
  waits: '{ workflow: waits }',
}

/** Images that adopt a pipeline each, and go to another account. */
export const adoptedFleet = parseFleet(
  `name: adopted
build: { account: "111122223333", region: us-west-2 }
upstreams: { soe: { platform: Linux, ami: { owner: "444455556666", name: "soe-*" } } }
images:
${Object.keys(traits)
  .map((name) => `  ${name}: { parent: soe, pipeline: "${pipelines}/${name}" }`)
  .join('\n')}
  below: { parent: sound, pipeline: "${pipelines}/below" }
rings: { all: { accounts: ["222233334444"], regions: [us-west-2] } }
`,
  'adopted.yaml',
)

export const adoptedEstate = parseEstate(
  adoptedFleet,
  `pipelines:\n${Object.entries(traits)
    .map(([name, trait]) => `  ${name}: ${trait}`)
    .join(
      '\n',
    )}\n  below: { volumes: none, terraform: true, schedule: rate(1 day), status: DISABLED }\nothers: [lab]\n`,
  'estate.yaml',
)
