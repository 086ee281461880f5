/** What a person does to releases, and the state machine that does it. The names are stored: none of them may change. */
export const operationKinds = {
  rollback: { machine: 'rollback' },
  revocation: { machine: 'revoke' },
  retirement: { machine: 'retire' },
} as const satisfies Record<string, { machine: string }>

export type OperationKind = keyof typeof operationKinds

/** The state machines whose executions are operations. */
export const operationMachines = Object.values(operationKinds).map(({ machine }) => machine)

export type OperationStatus = 'running' | 'finished' | 'failed'

/** Of one ring of a rollback. */
export type RingStatus = 'waiting' | 'restoring' | 'done' | 'wrong'
