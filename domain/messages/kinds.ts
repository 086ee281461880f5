export const severities = ['info', 'warning', 'error'] as const
export type Severity = (typeof severities)[number]

/** What people are told of. */
export const kinds = [
  ...(['campaign-planned', 'campaign-waiting', 'campaign-finished', 'upstream-refused'] as const),
  ...(['image-released', 'image-failed', 'image-stale', 'image-warned', 'waiver-expiring'] as const),
  ...(['approval-requested', 'approval-reminder'] as const),
  ...(['image-rolled-back', 'release-revoked', 'retirement-report'] as const),
] as const
export type Kind = (typeof kinds)[number]
