import { campaignFunctions } from './campaigns.ts'
import type { FunctionSpec } from './function-spec.ts'
import { grantsIn, type Surroundings } from './grants.ts'
import type { FunctionName } from './names.ts'
import { rebakeFunctions } from './rebakes.ts'
import { triggerFunctions } from './triggers.ts'

export function functionSpecs(surroundings: Surroundings): Record<FunctionName, FunctionSpec> {
  const grants = grantsIn(surroundings)
  return {
    ...triggerFunctions(surroundings, grants),
    ...campaignFunctions(surroundings, grants),
    ...rebakeFunctions(surroundings, grants),
  }
}
