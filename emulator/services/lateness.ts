import type { OpenQuestionName } from '../open-questions.ts'
import type { Random } from '../random.ts'
import type { Late } from './types.ts'

/**
 * Seconds until answers usually show a change. No document promises that an answer agrees with the event before it, or with the
 * write before it; of a parameter of type aws:ec2:image the guide says that it is checked after PutParameter has answered.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html
 */
export const usualLateness =
  (random: Random, isStrict: (question: OpenQuestionName) => boolean) =>
  (what: Late): number => {
    if (!isStrict('answers-lag-behind')) return 0
    if (what.kind === 'parameter' && what.dataType !== 'aws:ec2:image') return 0
    return random.fork(`late/${JSON.stringify(what)}`).integer(1, 3)
  }
