import { EC2Client } from '@aws-sdk/client-ec2'
import * as v from 'valibot'
import { createHandler } from '../runtime/handler.ts'
import { time } from '../runtime/schemas.ts'
import { releaseDeps } from '../workflow/dependencies.ts'
import { pollUpstreams } from './poll-upstreams.ts'

const deps = releaseDeps(new EC2Client({}), 'poll-upstreams')
/** From the schedule; or a message of an SNS topic, of which only its time counts: it is a hint to look. */
const Poll = v.union([
  v.object({ time }),
  v.pipe(
    v.object({ Records: v.tuple([v.object({ Sns: v.object({ Timestamp: time }) })]) }),
    v.transform(({ Records }) => ({ time: Records[0].Sns.Timestamp })),
  ),
])

export const handler = createHandler(Poll, (poll) => pollUpstreams(deps, poll))
