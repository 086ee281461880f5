import { EC2Client } from '@aws-sdk/client-ec2'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import { upstreamParts } from '../../aws/upstreams.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { examineAccounts, Request } from './examine-accounts.ts'
import { TargetClients } from './target-clients.ts'

const { IMAGE_BUILDER_ARN_PREFIX: prefix } = env('IMAGE_BUILDER_ARN_PREFIX')
const { fleet, ...rest } = deployed()
const [, partition = 'aws'] = prefix.split(':')
const who = { fleet: fleet.name, partition, session: 'examine-accounts' }
const parts = {
  deployed: { fleet, ...rest },
  organizations: new OrganizationsClient({}),
  upstreams: { fleet, ...upstreamParts(fleet.name, prefix, new EC2Client({}), who.session) },
  // A session of its own for each look: a role may have changed since the last one.
  targetsIn: () => new TargetClients(who),
}

export const handler = lambda(Request, (request) => examineAccounts(parts, request))
