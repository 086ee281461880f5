/** What is wrong with a definition, and where: `/States/Bake/Retry[0]/MaxAttempts`, as Step Functions writes it. */
export interface Problem {
  path: string
  code: Code
  message: string
}

export type Code =
  | 'INVALID_JSON_DESCRIPTION'
  | 'SCHEMA_VALIDATION_FAILED'
  | 'MISSING_TRANSITION_TARGET'
  | 'MISSING_END_STATE'
  | 'DUPLICATE_STATE_NAME'
  | 'INVALID_JSONATA_EXPRESSION'
  | 'UNSUPPORTED_JSONATA_EXPRESSION'

/** Collects problems below one path. */
export class Problems {
  readonly all: Problem[]
  readonly path: string

  constructor(path = '', all: Problem[] = []) {
    this.path = path
    this.all = all
  }

  at(member: string | number): Problems {
    const path = typeof member === 'number' ? `${this.path}[${member}]` : `${this.path}/${member}`
    return new Problems(path, this.all)
  }

  add(message: string, code: Code = 'SCHEMA_VALIDATION_FAILED'): void {
    this.all.push({ path: this.path || '/', code, message })
  }
}

/** A problem in one line, as CreateStateMachine's error has it. */
export function problemText({ path, code, message }: Problem): string {
  return path === '' ? `${code}: ${message}` : `${code}: ${message} at ${path}`
}
