import { explain, type Failure } from '../../domain/messages/failures.ts'

/**
 * Whether a failure is of a kind that nobody foresaw: a defect of Rebake's own, a permission that it lacks. What people read of it
 * cannot say what to do.
 */
export const isUnknown = ({ error }: Failure): boolean => explain(error) === explain('')
