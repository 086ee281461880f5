import * as v from 'valibot'
import type { CheckResult } from './evidence.ts'

const describe = v.description
const text = (most: number) => v.pipe(v.string(), v.nonEmpty(), v.maxLength(most))

/**
 * What a fleet's own check is asked, version 1. The same may be asked twice, where the first answer was lost: anybody who
 * judges changes nothing.
 */
export const CustomCheckRequest = v.strictObject({
  version: v.pipe(v.literal('1'), describe('Of this schema')),
  campaign: v.pipe(v.string(), describe('The campaign that bakes the image')),
  image: v.pipe(v.string(), describe("The image's name in the fleet")),
  ami: v.pipe(v.string(), describe('The AMI to judge, private to the build account and in its region')),
  imageArn: v.pipe(v.string(), describe('The image in EC2 Image Builder')),
  parentAmi: v.pipe(v.string(), describe('The AMI that it was baked from')),
  previous: v.pipe(
    v.optional(v.strictObject({ version: v.string(), ami: v.string() })),
    describe('The previous release; none for the first'),
  ),
  check: v.pipe(v.string(), describe("The check's name in the fleet: a function may serve several")),
  input: v.pipe(v.record(v.string(), v.unknown()), describe("The check's input in the fleet, as it is")),
})

const Result = v.strictObject({
  check: v.pipe(text(100), describe('What was looked at')),
  passed: v.boolean(),
  detail: v.pipe(text(1_000), describe('What was expected and what was found, in words')),
})

/** What it answers: the check has passed if `passed` is true here and in every result. */
export const CustomCheckAnswer = v.strictObject({
  passed: v.boolean(),
  detail: v.pipe(text(1_000), describe('The answer in words: people read it in messages')),
  results: v.pipe(
    v.optional(v.pipe(v.array(Result), v.maxLength(50))),
    describe('What was looked at one by one, for the evidence'),
  ),
})

export type CustomCheckRequest = v.InferOutput<typeof CustomCheckRequest>

/** What people did not write is shown in one line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go.
const plain = (reported: string) => reported.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()

/**
 * The results of a check by what its function answered, in bytes as they came.
 *
 * @returns for an answer that is not as documented, one failed result that names what is wrong with it
 */
export function readAnswer(answer: string): CheckResult[] {
  const wrong = (what: string): CheckResult[] => [
    { check: 'answer', passed: false, detail: `the function's answer is wrong: ${what}` },
  ]
  let parsed: unknown
  try {
    parsed = JSON.parse(answer)
  } catch {
    return wrong(answer === '' ? 'it is empty' : 'it is not JSON')
  }
  const read = v.safeParse(CustomCheckAnswer, parsed)
  if (!read.success)
    return wrong(
      read.issues
        .slice(0, 5)
        .map((issue) => `${v.getDotPath(issue) ?? 'answer'}: ${plain(issue.message).slice(0, 200)}`)
        .join('; '),
    )
  const { passed, detail, results = [] } = read.output
  return [{ check: 'answer', passed, detail }, ...results].map((result) => ({
    check: plain(result.check),
    passed: result.passed,
    detail: plain(result.detail),
  }))
}

/** What a function that threw says of itself: `{"errorType": "Error", "errorMessage": "..."}`. */
export function readError(answer: string): string {
  const Thrown = v.object({ errorMessage: v.string(), errorType: v.optional(v.string()) })
  try {
    const { errorType, errorMessage } = v.parse(Thrown, JSON.parse(answer))
    return plain(errorType ? `${errorType}: ${errorMessage}` : errorMessage).slice(0, 1_000)
  } catch {
    return 'it does not say why'
  }
}
