import { Command } from '@commander-js/extra-typings'
import {
  endpointOption,
  examples,
  fleetOption,
  jsonOption,
  type OptionsOf,
  takes,
  yesOption,
} from '../options/options.ts'

const approvalHelp =
  'Without CAMPAIGN it lists what waits for an approval, until when, and who may approve it; with CAMPAIGN alone it ' +
  'answers for all that waits of it. It asks whether to go on, and hands the answer to a function of the ' +
  "fleet's build account, with your own AWS credentials: you must be one of those who may."
const approvalPermissions = takes('lambda:InvokeFunction of the function answer-approval', 'dynamodb:GetItem')

/** What both answers take. */
const answering = (name: string, reasonHelp: string) =>
  new Command(name)
    .argument('[campaign]', 'the campaign; alone, all that waits of it')
    .argument('[image]', 'the image that waits')
    .option(...fleetOption)
    .option('--ring <name>', 'the ring that it waits to go to. Default: any')
    .option(...yesOption)
    .option(...endpointOption)
    .option(...jsonOption('print what waits, or the answer (needs --yes), as one JSON document'))
    .option('--reason <text>', reasonHelp)

export interface AnswerOptions extends OptionsOf<typeof answering> {
  /** All that waits is listed otherwise. */
  campaign?: string | undefined
  /** All that waits of the campaign otherwise. */
  image?: string | undefined
}

export const approveCommand = () =>
  answering('approve', 'why, in a line: the ledger keeps it')
    .summary('let an image go to a ring that asks for an approval')
    .description(`Lets an image go to a ring that takes it only when somebody has approved. ${approvalHelp}`)
    .addHelpText(
      'after',
      examples(
        'rebake approve',
        'rebake approve al2023-soe-ami-0a1b2c3d4e5f67890 payments-api --ring everyone',
        'rebake approve al2023-soe-ami-0a1b2c3d4e5f67890 --yes',
      ),
    )
    .addHelpText('after', approvalPermissions)
    .action(async (campaign, image, options) => (await import('./run.ts')).approve({ ...options, campaign, image }))

export const rejectCommand = () =>
  answering('reject', 'why, in a line, which it takes: everybody who gets messages about the image reads it')
    .summary('keep an image from a ring that asks for an approval')
    .description(
      'Keeps an image from a ring that takes it only when somebody has approved, and so from the rings after it; those ' +
        `before it keep it. ${approvalHelp}`,
    )
    .addHelpText(
      'after',
      examples('rebake reject', 'rebake reject al2023-soe-ami-0a1b2c3d4e5f67890 payments-api --reason CVE-2026-1234'),
    )
    .addHelpText('after', approvalPermissions)
    .action(async (campaign, image, options) => (await import('./run.ts')).reject({ ...options, campaign, image }))
