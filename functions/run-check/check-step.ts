import type { EC2Client } from '@aws-sdk/client-ec2'
import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import type { LambdaClient } from '@aws-sdk/client-lambda'
import type { SSMClient } from '@aws-sdk/client-ssm'
import type { CheckKind, CheckOrder } from '../../domain/check-kinds.ts'
import type { CheckResult } from '../../domain/validation/evidence.ts'
import type { CheckState } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/** What checks look with. */
export interface CheckDeps {
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'releases'>
  ec2: EC2Client
  imageBuilder: ImagebuilderClient
  ssm: SSMClient
  smokeDocument: string
  /** In a region, and each call made once. */
  lambda: (region: string) => LambdaClient
}

/** What is checked, and in which execution. */
export interface CheckInput {
  /** The execution's ARN. */
  execution: string
  campaign: string
  image: string
  imageArn: string
  parentAmi: string
  ami: string
  /** When the check was begun, and when this look is taken: ISO 8601. */
  since: string
  time: string
  /** What an earlier look left. */
  state?: CheckState | undefined
}

/** Done, with results; or not yet, with the id of the wait that an event will end, and what goes on, in words. */
export type CheckStep = { results: CheckResult[] } | { pending: string; doing: string; state?: CheckState | undefined }

export type OrderOf<K extends CheckKind> = CheckOrder<K>
