import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causeText, explain, todoFor } from '../../../domain/messages/failures.ts'
import { stepErrors } from '../../../domain/step-errors.ts'
import { carriers, causeOf } from '../../support/carriers.ts'

describe('a function that does not answer', () => {
  const deaths = Object.entries(stepErrors).flatMap(([name, error]) =>
    error.death ? [[name, error.death] as const] : [],
  )
  it.each(deaths)('%s is explained, with what to do', (name, death) => {
    const { what, todo } = explain(name)
    expect(what).toMatch(death === 'died' ? /ended without an answer/ : death === 'out of time' ? /its time/ : /memory/)
    expect(todo).toContain("Read the function's log")
  })
})

describe('a distribution that fails', () => {
  const role = 'EC2ImageBuilderDistributionCrossAccountRole'
  const denied = (who: string, action: string, what: string) =>
    `User: arn:aws:sts::${who} is not authorized to perform: ${action} on resource: ${what}`
  it.each([
    [
      denied('111122223333:assumed-role/golden-distribution/x', 'kms:Encrypt', 'arn:aws:kms:k'),
      /by the policy of the key/,
    ],
    [denied('111122223333:assumed-role/golden-distribution/x', 'sts:AssumeRole', `role/${role}`), /^Make the role/],
    [`Not authorized to assume ${role}.`, /^Make the role/],
    ['Snapshots encrypted with the AWS Managed CMK can’t be shared', /no role helps/],
  ])('is explained by its cause: %s', (cause, todo) => {
    expect(todoFor({ error: 'DistributionFailed', cause })).toMatch(todo)
  })
})

describe('a cause', () => {
  const error = { name: 'PublicationIncomplete', message: '222233334444 us-west-2: "no" role\n\\ 🦄 at all' }

  it.each([
    ['plain text', 'Rate exceeded (Service: Ssm)'],
    ['JSON of something else', '{"Status":"FAILED"}'],
    ['JSON that is no object', 'null'],
    ['JSON of something else without its end', '{"Status":"FAIL'],
    ['a sentence that quotes', 'it said "errorMessage": "no"'],
  ])('that is %s is what people read', (_, cause) => {
    expect(causeText(cause)).toBe(cause)
  })

  it('of a function is its message', () => {
    expect(causeText(causeOf(error))).toBe(error.message)
  })

  it('of a function, cut anywhere in or after the message, is as much of the message as there is', () => {
    const whole = causeOf(error)
    const from = whole.indexOf('errorMessage') + 'errorMessage":"'.length
    fc.assert(
      fc.property(fc.integer({ min: from, max: whole.length - 1 }), (end) => {
        const text = causeText(whole.slice(0, end))
        expect(error.message.startsWith(text)).toBe(true)
        if (end >= whole.indexOf('trace')) expect(text).toBe(error.message)
      }),
    )
  })

  it('that is cut behind data has the sentence that the data makes', () => {
    const whole = causeOf(carriers.DistributionRetriable)
    expect(causeText(whole.slice(0, -10))).toBe(causeText(whole))
  })
})

describe('what an operator reads of a start that was refused', () => {
  it('is the reason of the service, with what to correct and the next command', () => {
    const { what, todo } = explain('InvalidRequestException')
    expect(what).toBe('an AWS service refused what it was asked to do')
    expect(todo).toMatch(/names what to correct.*`npx --no-install rebake retry IMAGE`/)
  })

  it('names the pipeline, too, where that is what cannot be used', () => {
    expect(explain('RequestRefused').what).toMatch(/or the pipeline that bakes it/)
  })
})
