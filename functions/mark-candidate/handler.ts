import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { ReleaseStore } from '../../ledger/releases.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { arn, baked } from '../runtime/schemas.ts'
import { ledgerTable, lockDeps } from '../workflow/dependencies.ts'
import { markCandidate } from './mark-candidate.ts'

const { FLEET_NAME, TOPIC_ARN } = env('FLEET_NAME', 'TOPIC_ARN')
const table = ledgerTable()
const claiming = lockDeps(table)
const deps = {
  ...claiming,
  ledger: { ...claiming.ledger, releases: new ReleaseStore(table) },
  fleet: FLEET_NAME,
  ssm: new SSMClient({}),
  notify: topic(TOPIC_ARN),
}
const Request = v.object({ ...baked.entries, execution: arn })

export const handler = createHandler(Request, (request) => markCandidate(deps, request))
