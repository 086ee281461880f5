import { assign, atLeast, type Check, checkFields, integer, isObject, list, oneOf, string, template } from './fields.ts'
import type { Problems } from './problem.ts'

const errorNames: Check = (value, problems) => {
  list(string)(value, problems)
  if (Array.isArray(value) && value.includes('States.ALL') && value.length > 1) {
    problems.add('States.ALL must appear alone')
  }
}

const retrier: Check = (value, problems) => {
  const fields = {
    Comment: string,
    ErrorEquals: errorNames,
    IntervalSeconds: integer(1),
    MaxAttempts: integer(0),
    BackoffRate: atLeast(1),
    MaxDelaySeconds: integer(1, 31_622_400),
    JitterStrategy: oneOf('FULL', 'NONE'),
  }
  checkFields(value, fields, ['ErrorEquals'], problems)
}

const catcher: Check = (value, problems) => {
  const fields = {
    Comment: string,
    ErrorEquals: errorNames,
    Next: string,
    Assign: assign('errorOutput'),
    Output: template('errorOutput'),
  }
  checkFields(value, fields, ['ErrorEquals', 'Next'], problems)
}

/** Retriers or catchers: the one for States.ALL comes last, since none behind it would ever be asked. */
const handlers =
  (check: Check): Check =>
  (value, problems: Problems) => {
    if (Array.isArray(value) && value.length === 0) return
    list(check)(value, problems)
    if (!Array.isArray(value)) return
    for (const [i, handler] of value.entries()) {
      const names = isObject(handler) && Array.isArray(handler.ErrorEquals) ? handler.ErrorEquals : []
      if (names.includes('States.ALL') && i < value.length - 1) {
        problems.at(i).at('ErrorEquals').add('States.ALL must be the last to be asked')
      }
    }
  }

export const retry = handlers(retrier)
export const catchers = handlers(catcher)
