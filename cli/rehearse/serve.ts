import { type Paint, unpainted } from '../render/text.ts'
import { typed } from '../typed.ts'

/** How to talk to the emulator that stays up after a rehearsal. */
export function serveLines(
  { url, region, fleet, waiting }: { url: string; region: string; fleet: string; waiting: boolean },
  paint: Paint = unpainted,
): string[] {
  const commands = [
    'aws imagebuilder list-images --owner Self',
    'aws stepfunctions list-state-machines',
    `aws dynamodb scan --table-name ${fleet}-ledger --max-items 5`,
    'aws ec2 describe-images --owners self',
    'aws sts get-caller-identity',
  ]
  return [
    '',
    `${paint('bold', 'The emulator stays up')} at ${paint('cyan', url)}. In another terminal:`,
    '',
    `  export AWS_ENDPOINT_URL=${url} AWS_DEFAULT_REGION=${region}`,
    '  export AWS_ACCESS_KEY_ID=operator AWS_SECRET_ACCESS_KEY=operator',
    ...commands.map((command) => `  ${command}`),
    '',
    `  ${typed('status')}`,
    `  ${typed('start', '--image', 'NAME')}`,
    `  ${typed('rollback', 'NAME')}`,
    `  ${typed('doctor')}`,
    ...(waiting ? [`  ${typed('approve')}`] : []),
    '',
    'Ctrl-C ends it.',
  ]
}
