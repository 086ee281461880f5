import { type Kind, messageKinds, type Severity } from './kinds.ts'

/** As Slack names them. */
const bySeverity: Record<Severity, string> = {
  info: ':information_source:',
  warning: ':warning:',
  error: ':red_circle:',
}

/** What every chat shows of a message at first sight. */
export const iconOf = ({ kind, severity }: { kind: Kind; severity: Severity }): string =>
  severity === 'info' && 'good' in messageKinds[kind] ? ':white_check_mark:' : bySeverity[severity]
