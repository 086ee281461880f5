/** An EventBridge event, as a bus carries it and as the targets of its rules get it. */
export interface EventEnvelope {
  version: string
  id: string
  'detail-type': string
  source: string
  account: string
  /** ISO 8601, whole seconds. */
  time: string
  region: string
  resources: string[]
  detail: Record<string, unknown>
}
