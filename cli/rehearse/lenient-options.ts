import { didYouMean } from '../../domain/fleet/problems.ts'
import { lenient, openQuestionNames, type Readings } from '../../emulator/open-questions.ts'
import { BadInput } from '../problems.ts'
import { inProse } from '../typed.ts'

/**
 * What `--lenient` asks for: names of questions, or `all`.
 * @throws BadInput if there is no such question
 */
export function readLenient(names: readonly string[]): Readings {
  if (names.includes('all')) return lenient
  return Object.fromEntries(
    names.map((name) => {
      const known = openQuestionNames.find((each) => each === name)
      if (!known)
        throw new BadInput(
          `--lenient ${name}: there is no such question${didYouMean(name, openQuestionNames) || `; ${inProse('rehearse', '--help')} lists them`}`,
        )
      return [known, 'lenient']
    }),
  )
}
