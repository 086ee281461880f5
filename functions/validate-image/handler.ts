import { EC2Client } from '@aws-sdk/client-ec2'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { baked } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { validate } from './validate-image.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const parts = { ec2: new EC2Client({}), ledger: dynamoLedger(LEDGER_TABLE) }

export const handler = lambda(baked, (request) => validate(parts, request))
