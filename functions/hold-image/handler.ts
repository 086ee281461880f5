import { SFNClient } from '@aws-sdk/client-sfn'
import { dynamoLedger } from '../../ledger/table.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { HoldRequest, holdImage } from './hold-image.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const parts = { ledger: dynamoLedger(LEDGER_TABLE), stepFunctions: new SFNClient({}) }

export const handler = lambda(HoldRequest, (request) => holdImage(parts, request))
