import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { KMSClient } from '@aws-sdk/client-kms'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import * as v from 'valibot'
import { cloudWatchOf } from '../../aws/alarms.ts'
import { ReleaseStore } from '../../ledger/releases.ts'
import { WaitStore } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { arn, inRing } from '../runtime/schemas.ts'
import { ledgerTable, windowDeps } from '../workflow/dependencies.ts'
import { startDistribution } from './start-distribution.ts'

const { DISTRIBUTION_ROLE_ARN: distributionRole } = env('DISTRIBUTION_ROLE_ARN')
const table = ledgerTable()
const waiting = windowDeps(table)
const deps = {
  ...waiting,
  ledger: { ...waiting.ledger, releases: new ReleaseStore(table) },
  waits: new WaitStore(table),
  imageBuilder: new ImagebuilderClient({}),
  organizations: new OrganizationsClient({}),
  kmsIn: (region: string) => new KMSClient({ region }),
  cloudWatch: cloudWatchOf(waiting.fleet.name),
  distributionRole,
}
const Request = v.object({ ...inRing.entries, execution: arn, imageArn: arn })

export const handler = createHandler(Request, (request) => startDistribution(deps, request))
