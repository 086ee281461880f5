import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { ReleaseStore } from '../../ledger/releases.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { amiId, arn, rebake } from '../runtime/schemas.ts'
import { closeDeps, ledgerTable } from '../workflow/dependencies.ts'
import { release } from './release-image.ts'

const { FLEET_NAME } = env('FLEET_NAME')
const table = ledgerTable()
const closing = closeDeps(table)
const deps = {
  ...closing,
  ledger: { ...closing.ledger, releases: new ReleaseStore(table) },
  fleet: FLEET_NAME,
  ssm: new SSMClient({}),
  imageBuilder: new ImagebuilderClient({}),
}
const Request = v.object({ ...rebake.entries, execution: arn, ami: amiId })

export const handler = createHandler(Request, (request) => release(deps, request))
