import { CancelImageCreationCommand, type ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { isInUse, isInvalid, isMissing } from '../../aws/errors.ts'
import { clientToken } from '../../domain/executions.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/** A bake that nobody waits for must not keep its instance. One that has not begun, or has ended, is left alone. */
export async function cancelBake(
  { ledger, imageBuilder }: { ledger: Pick<Ledger, 'campaigns'>; imageBuilder: ImagebuilderClient },
  campaign: string,
  image: string,
): Promise<void> {
  const item = await ledger.campaigns.readImage(campaign, image)
  if (item?.status !== 'baking' || !item.imageArn) return
  const cancel = new CancelImageCreationCommand({
    imageBuildVersionArn: item.imageArn,
    clientToken: clientToken('cancel', item.imageArn),
  })
  await imageBuilder.send(cancel).catch((error: unknown) => {
    // It has ended by itself meanwhile: nothing to cancel.
    if (!isInvalid(error) && !isInUse(error) && !isMissing(error)) throw error
  })
}
