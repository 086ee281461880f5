import { EC2Client } from '@aws-sdk/client-ec2'
import * as v from 'valibot'
import { createHandler } from '../runtime/handler.ts'
import { failure, text, time } from '../runtime/schemas.ts'
import { releaseDeps } from '../workflow/dependencies.ts'
import { receiveRelease } from './receive-release.ts'

const deps = releaseDeps(new EC2Client({}), 'receive-release')
const Received = v.object({
  event: v.object({
    id: text,
    'detail-type': text,
    account: text,
    time,
    region: text,
    resources: v.array(v.string()),
    detail: v.record(v.string(), v.unknown()),
  }),
  failure: v.optional(failure),
})

export const handler = createHandler(Received, (received) => receiveRelease(deps, received))
