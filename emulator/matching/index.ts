/** The light face of the emulator: how AWS compares text. It loads nothing else. */
export { matches } from './event-pattern.ts'
export { glob } from './glob.ts'
export { UnsupportedOperator } from './unsupported-operator.ts'
