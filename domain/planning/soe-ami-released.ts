import * as v from 'valibot'

const describe = v.description

/** `detail` of an "SOE AMI Released" event, version 1: what a team sends that announces its own AMIs. */
export const SoeAmiReleased = v.strictObject({
  version: v.pipe(v.literal('1'), describe('Of this schema')),
  upstream: v.pipe(v.string(), v.nonEmpty(), describe("The upstream's name in the fleet")),
  ami: v.pipe(
    v.string(),
    v.regex(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'an AMI id such as ami-0a1b2c3d4e5f67890'),
    describe('The AMI in the build region, shared with the build account'),
  ),
  emergency: v.pipe(
    v.optional(v.boolean()),
    describe('No freeze and no window holds it up, where the fleet lets this upstream call emergencies'),
  ),
  reason: v.pipe(
    v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(500))),
    describe('For people, in a line: what is new'),
  ),
})

/** @throws nothing: what is wrong comes as text that names the member. */
export function readSoeAmiReleased(
  detail: unknown,
): { released: v.InferOutput<typeof SoeAmiReleased> } | { wrong: string } {
  const result = v.safeParse(SoeAmiReleased, detail)
  if (result.success) return { released: result.output }
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'detail'}: ${issue.message}`)
  return { wrong: problems.join('; ') }
}
