import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type CarrierName, type ErrorData, readErrorData } from '../../domain/error-data.ts'
import { DistributionInProgress, DistributionRetriable, OutsideChangeWindow } from '../../domain/errors.ts'
import { carriers, causeOf } from '../support/carriers.ts'

const text = fc.string({ unit: 'binary' })
const arbitrary: { [N in CarrierName]: fc.Arbitrary<Error & { data: ErrorData[N] }> } = {
  OutsideChangeWindow: fc
    .record({ opensAt: text, reasons: fc.array(text) })
    .map((data) => new OutsideChangeWindow(data)),
  DistributionInProgress: fc.record({ arn: text, status: text }).map((data) => new DistributionInProgress(data)),
  DistributionRetriable: fc.record({ arn: text, failure: text }).map((data) => new DistributionRetriable(data)),
}

it.each(Object.values(carriers).map(({ name }) => name))('what %s carries is read as it was written', (name) => {
  const errors: fc.Arbitrary<Error & { data: ErrorData[CarrierName] }> = arbitrary[name]
  fc.assert(
    fc.property(errors, (error) => {
      expect(readErrorData(name, JSON.parse(causeOf(error)).errorMessage)).toEqual(error.data)
    }),
  )
})
