/** The face of the emulator: an AWS account on a laptop. README.md says how to use it. */
export type { AwsEndpoint, ServiceCall } from './aws-endpoint.ts'
export { type ClockOptions, VirtualClock } from './clock.ts'
export type { EventEnvelope } from './event.ts'
export {
  lenient,
  type OpenQuestion,
  type OpenQuestionName,
  openQuestionNames,
  openQuestions,
  type Readings,
} from './open-questions.ts'
export { type OperatingSystemName, operatingSystemNames, operatingSystems } from './operating-systems.ts'
export { Random } from './random.ts'
export type { Ami } from './services/ami-store.ts'
export { type Durations as PhaseDurations, phasesOf as buildPhases } from './services/imagebuilder/durations.ts'
export type {
  Findings as ImageFindings,
  ImageInQuestion as StartedImage,
  Outcome as ImageOutcome,
  Phase as ImagePhase,
} from './services/imagebuilder/images.ts'
export type { NewOrganization } from './services/organizations.ts'
export type { Notification } from './services/sns.ts'
export type { CommandOutcome, CommandTarget } from './services/ssm/commands.ts'
export type { Document as SsmDocument } from './services/ssm/documents.ts'
export {
  AwsError,
  type CallRecord,
  callLine,
  eventTime,
  type Late as LateAnswer,
  type Principal,
} from './services/types.ts'
export type { Execution } from './step-functions/execution.ts'
export { StepFunctions } from './step-functions/step-functions.ts'
export { type Host, TaskFailure } from './step-functions/types.ts'
export { type Feature, UnsupportedFeature } from './unsupported-feature.ts'
export { FunctionError, type InvocationOutcome, type LambdaFunction } from './world/functions.ts'
export type { Place, Resource, Template } from './world/template.ts'
export { createWorld, type World, type WorldOptions } from './world/world.ts'
