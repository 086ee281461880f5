import { SFNClient } from '@aws-sdk/client-sfn'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { lambda } from '../shared/stack.ts'
import { HoldRequest, holdImage } from './hold-image.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const parts = { ledger: dynamoLedger(LEDGER_TABLE), stepFunctions: new SFNClient({}) }

export const handler = lambda(HoldRequest, (request) => holdImage(parts, request))
