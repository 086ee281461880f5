/** Why an AMI is not taken as a release, in words. A code stays the same when its sentence is put in other words. */
const sentences = {
  'other-region': ({ region, expected }: { region: string; expected: string }) =>
    `it is in ${region}, and the fleet bakes in ${expected}; copy it there and share that copy`,
  'parameter-deleted': ({ parameter }: { parameter: unknown }) => `the parameter ${parameter} was deleted`,
  malformed: ({ wrong }: { wrong: string }) =>
    `its detail is not what docs/soe-ami-released.schema.json says: ${wrong}`,
  'unknown-upstream': ({ upstream }: { upstream: string }) =>
    `the fleet has no upstream '${upstream}' that announces its own releases`,
  'wrong-announcer': ({ account, upstream, expected }: { account: string; upstream: string; expected: string }) =>
    `account ${account} announced it, and ${upstream} is announced by ${expected}`,
  'not-visible': ({ account }: { account: string }) =>
    `the build account ${account} cannot see it; share the AMI and its KMS key with that account`,
  'not-available': ({ state }: { state: string }) => `it is ${state}, not available`,
  'wrong-owner': ({ owner, expected }: { owner: string; expected: string }) =>
    `its owner is account ${owner}, and ${expected}`,
  'wrong-name': ({ name, expected }: { name: string; expected: string }) =>
    `its name is '${name}', and the fleet expects ${expected}`,
  'wrong-architecture': ({ architecture, upstreams }: { architecture: string; upstreams: string }) =>
    `its architecture is ${architecture}, and ${upstreams} expects another`,
  'own-image': ({ image }: { image: string }) =>
    `it was baked by this fleet, as ${image}: an image would be its own upstream, and never come to rest`,
  older: ({
    created,
    upstream,
    newest,
  }: {
    created: string
    upstream: string
    newest: { ami: string; created: string }
  }) => `it was made ${created}, and ${upstream} has released ${newest.ami} since, made ${newest.created}`,
  'not-received': ({ failure }: { failure: string }) => failure,
} satisfies Record<string, (facts: never) => string>

export type RefusalCode = keyof typeof sentences
// Marked pure, so that esbuild leaves it out of every bundle.
export const refusalCodes = /* @__PURE__ */ Object.keys(sentences) as RefusalCode[]
type FactsOf<C extends RefusalCode> = Parameters<(typeof sentences)[C]>[0]

export interface Refused {
  /** Why, in words. */
  refused: string
  code: RefusalCode
  /** The upstream that it is refused for, where that is one. */
  upstream?: string
}

const sentenceOf: { [C in RefusalCode]: (facts: FactsOf<C>) => string } = sentences

/** Why an AMI is not taken as a release. */
export const refusedAs = <C extends RefusalCode>(code: C, facts: FactsOf<C>): Refused => ({
  refused: sentenceOf[code](facts),
  code,
})
