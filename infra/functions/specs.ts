import { bakeFunctions } from './bakes.ts'
import { campaignFunctions } from './campaigns.ts'
import { doctorFunctions } from './doctor.ts'
import type { FunctionSpec } from './function-spec.ts'
import { type GrantContext, grantsIn } from './grants.ts'
import type { FunctionName } from './names.ts'
import { releaseFunctions } from './releases.ts'
import { retirementFunctions } from './retirement.ts'
import { ringFunctions } from './rings.ts'
import { triggerFunctions } from './triggers.ts'

export function functionSpecs(surroundings: GrantContext): Record<FunctionName, FunctionSpec> {
  const grants = grantsIn(surroundings)
  return {
    ...triggerFunctions(surroundings, grants),
    ...campaignFunctions(surroundings, grants),
    ...bakeFunctions(surroundings, grants),
    ...ringFunctions(surroundings, grants),
    ...retirementFunctions(surroundings, grants),
    ...releaseFunctions(surroundings, grants),
    ...doctorFunctions(surroundings, grants),
  }
}
