import { AwsError } from '../services/types.ts'
import type { LoadedModel } from './models.ts'
import { read, type Schema, shapeOf, write } from './shape.ts'

/**
 * The input as the emulator holds values.
 * @param token makes the idempotency tokens that the caller left out, as an SDK client would
 * @throws AwsError the service's own, naming everything that does not fit the model
 */
export function checkedInput(model: LoadedModel, ref: Schema, raw: unknown, token: () => string): unknown {
  const shape = shapeOf(ref)
  if (shape.isUnitSchema()) return {}
  const problems: string[] = []
  const input = read(shape, raw ?? {}, problems, { token })
  if (problems.length === 0) return input
  const count = `${problems.length} validation error${problems.length > 1 ? 's' : ''} detected`
  throw new AwsError(model.invalid, `${count}: ${problems.join('; ')}`, 400)
}

/** A value as the call log has it. Throws an Error where the value does not fit the model. */
export function recorded(ref: Schema, value: unknown): unknown {
  const shape = shapeOf(ref)
  return shape.isUnitSchema() ? {} : write(shape, value, 'iso')
}

/** An error that the service's model names is the service's own, no matter who threw it. */
export function asModelled(model: LoadedModel, error: unknown): unknown {
  const isModelled = error instanceof Error && !(error instanceof AwsError) && model.errors.has(error.name)
  return isModelled ? new AwsError(error.name, error.message) : error
}
