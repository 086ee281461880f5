/** An event pattern says something that the matcher does not know, so that nobody can say what it matches. */
export class UnsupportedOperator extends Error {
  override readonly name = 'UnsupportedOperator'
  /** As the pattern has it: `cidr`, or `anything-but cidr`. */
  readonly operator: string

  constructor(operator: string, argument?: unknown) {
    const more = argument === undefined ? '' : ` with ${JSON.stringify(argument)}`
    super(`the matcher of event patterns does not know the operator '${operator}'${more}`)
    this.operator = operator
  }
}
