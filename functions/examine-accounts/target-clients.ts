import { IAMClient } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { Targets } from '../../aws/targets.ts'
import type { Target } from '../../domain/planning/ring-order.ts'

/** What a look at a target takes beside what a campaign takes. */
export class TargetClients extends Targets {
  /** @throws TargetUnreachable where the role lets nobody in */
  async enter(target: Target): Promise<void> {
    await this.configFor(target)
  }

  async iam(target: Target) {
    return new IAMClient(await this.configFor(target))
  }

  async kms(target: Target) {
    return new KMSClient(await this.configFor(target))
  }
}
