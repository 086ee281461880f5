/** Changes that somebody makes in one place and forgets in another. The compiler must name the other places. */

export interface Mutation {
  /** The recipe in CONTRIBUTING.md that it is the first step of: the recipe must name the same files. */
  recipe?: string
  file: string
  /** Text of the file, once there. */
  from: string
  to: string
  /** Each file that the compiler must name, and what it must say there. */
  named: Record<string, string>
}

/** Made all at once, in one run of the compiler: none may hide what another has to be notified of. */
export const mutations: Record<string, Mutation> = {
  'a kind of upstream that no poll, rule, command and rehearsal knows': {
    recipe: 'An upstream kind',
    file: 'domain/upstream-kinds.ts',
    from: '    event: v.pipe(',
    to: '    feed: v.exactOptional(object({ name: amiName, architecture })),\n    event: v.pipe(',
    named: {
      'domain/upstream-kinds.ts': "'feed'",
      'aws/upstreams.ts': "'feed'",
      'infra/upstream-kinds.ts': "'feed'",
      'cli/upstream-kinds.ts': "'feed'",
      'rehearsal/upstream-kinds.ts': "'feed'",
    },
  },
  'a kind of check that is never ordered, made or allowed': {
    recipe: 'A check',
    file: 'domain/check-kinds.ts',
    from: '    custom: v.pipe(v.exactOptional(named(custom',
    to: "    uptime: v.exactOptional(object({ mode, timeout: within('5m', '1h') })),\n    custom: v.pipe(v.exactOptional(named(custom",
    named: {
      'domain/check-kinds.ts': "'uptime'",
      'functions/run-check/check-steps.ts': "'uptime'",
      'infra/check-events.ts': "'uptime'",
      'infra/check-kinds.ts': "'uptime'",
    },
  },
  'a field of an image that nobody says is baked or not': {
    recipe: 'An image field',
    file: 'domain/fleet/model.ts',
    from: '  tests: v.pipe(',
    to: '  kernelArguments: v.exactOptional(text),\n  tests: v.pipe(',
    named: { 'domain/fleet/image-fields.ts': "'kernelArguments'" },
  },
  'a trigger that nobody plans, names and shows': {
    recipe: 'A trigger',
    file: 'domain/triggers.ts',
    from: "v.variant('kind', [",
    to: "v.variant('kind', [v.object({ kind: v.literal('wish'), ...common }), ",
    named: {
      'domain/trigger-kinds.ts': "'wish'",
      'domain/planning/trigger-rules.ts': "'wish'",
      'functions/plan-campaign/plan-campaign.ts': "'wish'",
      'cli/plan/render.ts': 'wish',
    },
  },
  'a status of an image that a list forgets': {
    file: 'cli/status/status-words.ts',
    from: '  skipped: {',
    to: '  skiped: {',
    named: { 'cli/status/status-words.ts': "'skipped'" },
  },
  'an attribute of the ledger that is misspelt': {
    file: 'ledger/campaigns.ts',
    from: "{ status: 'candidate', version }",
    to: "{ staus: 'candidate', version }",
    named: { 'ledger/campaigns.ts': "Type 'string' is not assignable to type 'never'" },
  },
  'an attribute of the ledger that is misspelt before it is written': {
    file: 'ledger/campaigns.ts',
    from: "{ campaign, execution, trigger, status: 'running' } as const",
    to: "{ campaign, execution, trigger, status: 'running', anounced: 'x' } as const",
    named: { 'ledger/campaigns.ts': 'anounced' },
  },
  'a state with another name': {
    recipe: 'A state',
    file: 'domain/state-names.ts',
    from: "'Wait for Build Quota'",
    to: "'Await a Quota'",
    named: { 'domain/rebake-steps.ts': "'Wait for Build Quota'" },
  },
  'a field of an image that is baked, and in no recipe': {
    recipe: 'An image field',
    file: 'domain/fleet/image-fields.ts',
    from: '  scanning: { baked: false,',
    to: '  scanning: { baked: true,',
    named: { 'infra/image-builder/images.ts': "'scanning'", 'cli/check/own-pipeline.ts': "'scanning'" },
  },
  'a wait that nobody has words for': {
    recipe: 'A wait',
    file: 'domain/rebake-steps.ts',
    from: "  | 'soak'",
    to: "  | 'soak'\n  | 'cool-down'",
    named: { 'cli/status/wait-text.ts': '\'"cool-down"\'' },
  },
  'a kind of message that says nothing of what it tells': {
    recipe: 'A message',
    file: 'domain/messages/kinds.ts',
    from: "  'image-rolled-back': {",
    to: "  'image-held': { identity: ({ image }: { image: string }) => [image] },\n  'image-rolled-back': {",
    named: { 'domain/messages/reference.ts': '\'"image-held"\'' },
  },
  'a chat that nobody can ask for, post to and examine': {
    recipe: 'A chat channel',
    file: 'domain/messages/channels.ts',
    from: "  slack: { title: 'Slack channel'",
    to: "  teams: { title: 'Teams channel', postedBy: 'post-to-teams' },\n  slack: { title: 'Slack channel'",
    named: {
      'domain/fleet/notify.ts': "'teams'",
      'infra/chats.ts': "'teams'",
      'cli/doctor/subscriptions.ts': "'teams'",
    },
  },
  'a function that is in no stack': {
    recipe: 'A function',
    file: 'infra/functions/names.ts',
    from: "  'hold-image',",
    to: "  'hold-image',\n  'weigh-image',",
    named: { 'infra/functions/specs.ts': '\'"weigh-image"\'' },
  },
  'a kind of fault that says nothing of what it changes': {
    recipe: 'A fault',
    file: 'rehearsal/faults.ts',
    from: "  'build-hangs': {",
    to: "  'build-slow': { target: 'image', help: 'its build is slow', acts: { build: () => ({}) } },\n  'build-hangs': {",
    named: { 'rehearsal/faults.ts': "'expects'" },
  },
  'a hook of faults that nobody asks': {
    recipe: 'A fault',
    file: 'rehearsal/fault-hooks.ts',
    from: "  'later scan': (",
    to: "  'late scan': (",
    named: { 'rehearsal/faults.ts': "'later scan'", 'rehearsal/fault-injection.ts': '"later scan"' },
  },
  'a status of an operation that looks like nothing': {
    file: 'domain/operations.ts',
    from: "'running' | 'finished'",
    to: "'running' | 'paused' | 'finished'",
    named: { 'cli/render/steps.ts': "'paused'", 'cli/status/render.ts': "'paused'" },
  },
  'a flag with another name': {
    file: 'cli/rollback/command.ts',
    from: "'--reason <text>'",
    to: "'--because <text>'",
    named: { 'cli/rollback/run.ts': "'reason'" },
  },
  'a flag of several commands with another name': {
    file: 'cli/options/options.ts',
    from: "'--emergency'",
    to: "'--urgent'",
    named: {
      'cli/promote/run.ts': "'emergency'",
      'cli/triggers/asked.ts': '"emergency"',
      'cli/triggers/by-hand.ts': '"emergency"',
    },
  },
}
