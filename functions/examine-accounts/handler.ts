import { EC2Client } from '@aws-sdk/client-ec2'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import { upstreamDeps } from '../../aws/upstreams.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { ExamineAccountsInput, examineAccounts } from './examine-accounts.ts'
import { TargetClients } from './target-clients.ts'

const { IMAGE_BUILDER_ARN_PREFIX: prefix } = env('IMAGE_BUILDER_ARN_PREFIX')
const { fleet, ...rest } = deployed()
const [, partition = 'aws'] = prefix.split(':')
const who = { fleet: fleet.name, partition, session: 'examine-accounts' }
const deps = {
  deployed: { fleet, ...rest },
  organizations: new OrganizationsClient({}),
  upstreams: { fleet, ...upstreamDeps(fleet.name, prefix, new EC2Client({}), who.session) },
  // A session of its own for each look: a role may have changed since the last one.
  targetsIn: () => new TargetClients(who),
}

export const handler = createHandler(ExamineAccountsInput, (request) => examineAccounts(deps, request))
