import { pathToFileURL } from 'node:url'
import type { VersionedKind } from './items.ts'
import { type ItemKind, keys } from './keys.ts'

interface Row {
  /** Its type, in items.ts. */
  item: string
  what: string
  /** How long it is kept after it was written last; for ever where nothing is said. */
  days?: number
}

/** What stands beside each key in the reference. Those that are changed under a version say so. */
const rows = {
  fleetState: {
    item: 'FleetStateItem',
    versioned: true,
    what: 'what each upstream is now; of each image what it was last baked from and tried with, the campaigns that are still to bake it, and who holds it; which AMIs are revoked or rolled back',
  },
  locks: {
    item: 'LocksItem',
    versioned: true,
    what: 'whose turn it is to bake or to roll out an image, and who waits for it',
  },
  campaign: { item: 'CampaignItem', what: "the campaign's own record: what started it, and how it stands" },
  image: {
    item: 'CampaignImageItem',
    what: 'one image in the campaign: decision and reason, order, status, what it waits for, its AMIs by ring',
  },
  check: { item: 'CheckItem', what: 'one check of the image: its evidence, or what brings the next look' },
  approval: { item: 'ApprovalItem', what: 'what was asked about the image and the ring, and the answer' },
  waitNotice: { item: 'WaitNoticeItem', what: 'people know that images of the campaign wait until then' },
  notified: {
    item: 'NotifiedItem',
    versioned: true,
    what: 'what everybody got: of a kind of message, or of it and a ring',
  },
  warningNotice: { item: 'WarningNoticeItem', what: "people know what the image's checks warn of" },
  campaignThread: {
    item: 'SlackThreadItem',
    days: 30,
    what: "the campaign's thread in a channel, and which messages are posted",
  },
  messageThread: { item: 'SlackThreadItem', days: 30, what: 'a message that is about no campaign is posted' },
  release: {
    item: 'ReleaseItem',
    what: 'an AMI that passed its checks: what it was baked from, where its copies are, and what became of it',
  },
  bake: {
    item: 'BakeItem',
    what: 'what Image Builder was started to bake, whatever came of it; until all that it left is gone',
  },
  operation: {
    item: 'OperationItem',
    what: 'a rollback, a revocation or a run of retirement: what, by whom and why, and what is not as it should be',
  },
  ring: { item: 'RollbackRingItem', what: 'a ring of a rollback: what its targets roll back to' },
  withdrawal: {
    item: 'WithdrawalItem',
    what: 'the AMIs that the operation withdraws in an account and a region, and what became of them',
  },
  leftovers: {
    item: 'LeftoversItem',
    what: 'what the run of retirement removes of what Image Builder keeps, and what became of it',
  },
  wait: {
    item: 'WaitItem',
    days: 90,
    what: 'a task token and an outcome, whichever came first; state machines write it too',
  },
  copy: { item: 'CopyItem', what: 'an AMI that this fleet has put into an account of an upstream: never a release' },
  refusal: {
    item: 'RefusalItem',
    what: 'a release that was not believed, and why; under its AMI, or the event that names none',
  },
  firstRetirement: {
    item: 'FirstRetirementItem',
    what: 'the run that reported first what would be retired, and did nothing',
  },
  waiverNotice: { item: 'WaiverNoticeItem', what: 'people know that the waiver expires on that day' },
} satisfies { [K in ItemKind]: Row & (K extends VersionedKind ? { versioned: true } : { versioned?: never }) }

const row = (kind: ItemKind): string => {
  const { pk, sk } = keys[kind]
  const { item, what, versioned, days }: Row & { versioned?: boolean } = rows[kind]
  const cells = [`\`${pk}\``, `\`${sk}\``, `\`${item}\``, versioned ? 'yes' : '', days ? `${days} days` : '', what]
  return `|${cells.map((cell) => (cell ? ` ${cell} ` : ' ')).join('|')}|`
}

/** docs/internals/ledger.md. */
export const ledgerReference = (): string => `# The ledger

<!-- Generated from ledger/keys.ts and ledger/reference.ts by \`npm run reference\`. -->

One DynamoDB table, \`<fleet>-ledger\`, with the keys \`pk\` and \`sk\`. What an item has is in \`ledger/items.ts\`; the stores beside
it are the only code that reads and writes it. Keys and attributes are promises: a change of one reads both for a release.

- \`version\` counts the changes of an item that many change at once: a write has the one that it read as its condition.
- \`expires\` is when DynamoDB may delete an item, in seconds since 1970.
- \`schema\` is the form of an item, 1 where it is missing. \`rebake\` refuses a fleet whose items have a higher one.

| pk | sk | item | version | kept for | what |
| --- | --- | --- | --- | --- | --- |
${(Object.keys(keys) as ItemKind[]).map(row).join('\n')}
`

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(ledgerReference())
