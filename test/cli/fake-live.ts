import type { Live } from '../../cli/deployment/live.ts'
import { emptyFleetState, type FleetState } from '../../domain/planning/fleet-state.ts'

/** A deployed fleet that knows what it is given; whatever a test does not care about says nothing. */
export const fakeLive = (known: Partial<FleetState> = {}, rest: Partial<Live> = {}): Live => ({
  known: { ...emptyFleetState, ...known },
  judge: async () => ({ judgement: { unseen: 'nobody can see it' }, created: '' }),
  find: async (look) => ('ami' in look ? look.ami : undefined),
  gone: async () => new Set(),
  ...rest,
})

/** An upstream as the ledger knows it. */
export const knownUpstream = (ami: string, created = '2026-08-01T00:00:00.000Z', campaign = `al2023-${ami}`) => ({
  ami,
  amiName: 'soe',
  since: created,
  newest: { ami, created },
  campaign,
  started: true,
})
