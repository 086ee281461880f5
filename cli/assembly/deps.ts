import { checkAccount, type Deployment } from '../deployment/deployment.ts'
import { clock } from '../options/parsers.ts'
import { type Afterwards, afterwardsOf } from './afterwards.ts'
import type { Synthesize } from './assembly.ts'
import { type Cdk, type CdkOptions, cdkFor } from './cdk.ts'

/** The edges of what deploys: AWS, the CDK's command, and the clock. */
export interface AssemblyDeps {
  /** ISO 8601. */
  now: string
  cdk: (fleetFile: string, options: CdkOptions) => Cdk
  checkAccount: (deployment: Deployment) => Promise<string>
  afterwards: (deployment: Deployment, at: { file: string; now: string }) => Promise<Afterwards>
  /** undefined: the real one. */
  synthesize: Synthesize | undefined
}

export const assemblyDeps = (): AssemblyDeps => ({
  now: clock(),
  cdk: cdkFor,
  checkAccount,
  afterwards: afterwardsOf,
  synthesize: undefined,
})
