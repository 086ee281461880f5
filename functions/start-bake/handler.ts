import { EC2Client } from '@aws-sdk/client-ec2'
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { KMSClient } from '@aws-sdk/client-kms'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { ReleaseStore } from '../../ledger/releases.ts'
import { createHandler } from '../runtime/handler.ts'
import { amiId, arn, rebake, text } from '../runtime/schemas.ts'
import { ledgerTable, lockDeps, windowDeps } from '../workflow/dependencies.ts'
import { startBake } from './start-bake.ts'

const table = ledgerTable()
const locking = lockDeps(table)
const deps = {
  ...locking,
  ...windowDeps(table),
  ledger: { ...locking.ledger, releases: new ReleaseStore(table) },
  imageBuilder: new ImagebuilderClient({}),
  ec2: new EC2Client({}),
  kms: new KMSClient({}),
  ssm: new SSMClient({}),
}
const Request = v.object({
  ...rebake.entries,
  execution: arn,
  parentAmi: amiId,
  // None of executions that an older version started.
  failed: v.optional(v.array(v.object({ imageArn: arn, reason: text })), []),
})

export const handler = createHandler(Request, (request) => startBake(deps, request))
