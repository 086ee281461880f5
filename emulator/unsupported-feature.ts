/** The kinds of things that AWS has and the emulator may not. */
export type Feature =
  | 'automation action'
  | 'automation output type'
  | 'bus policy effect'
  | 'filter'
  | 'IAM condition operator'
  | 'IAM policy variable'
  | 'image attribute'
  | 'intrinsic function'
  | 'JSONPath'
  | 'metric expression'
  | 'operation'
  | 'partition'
  | 'option'
  | 'policy element'
  | 'request'
  | 'resource attribute'
  | 'resource type'
  | 'schedule option'
  | 'schedule target'
  | 'service'
  | 'state machine type'
  | 'template condition'

/** The emulator refuses what it does not emulate, by name: it never guesses. Over HTTP the error has the status 501. */
export class UnsupportedFeature extends Error {
  override readonly name = 'UnsupportedFeature'
  readonly status = 501
  readonly feature: Feature
  /** Which one, as AWS names it. */
  readonly which: string

  /** @param where what needs it, such as a stack or a resource, where its name helps to find it */
  constructor(feature: Feature, which: string, where?: string) {
    super(`${where === undefined ? '' : `${where}: `}the emulator does not emulate the ${feature} ${which}`)
    this.feature = feature
    this.which = which
  }
}
