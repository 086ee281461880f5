export const severities = ['info', 'warning', 'error'] as const
export type Severity = (typeof severities)[number]

/** What people are told of. */
export const kinds = [
  'campaign-planned',
  'campaign-waiting',
  'campaign-finished',
  'upstream-refused',
  'image-released',
  'image-failed',
  'image-stale',
  'image-warned',
  'waiver-expiring',
  'approval-requested',
  'approval-reminder',
  'image-rolled-back',
  'release-revoked',
  'retirement-report',
] as const
export type Kind = (typeof kinds)[number]
