import type { Json } from './types.ts'

/**
 * Workflow-local variables: inner scopes read the outer ones and assign only their own
 * (AWS: step-functions/latest/dg/workflow-variables.html, "Variable scope").
 */
export class Scope {
  #visible: Record<string, Json>

  constructor(outer?: Scope) {
    this.#visible = outer ? { ...outer.#visible } : {}
  }

  /** The variables that expressions see, by name. */
  get variables(): Readonly<Record<string, Json>> {
    return this.#visible
  }

  assign(values: Record<string, Json>): void {
    this.#visible = { ...this.#visible, ...values }
  }
}
