import type { CarrierName, ErrorData } from '../../domain/error-data.ts'
import { DistributionInProgress, DistributionRetriable, OutsideChangeWindow } from '../../domain/errors.ts'

const arn = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-web/1.0.0/2'

/** One of each error that carries data. */
export const carriers = {
  OutsideChangeWindow: new OutsideChangeWindow({
    opensAt: '2027-01-03T13:00:00.000Z',
    reasons: ["freeze 'year-end' (no changes) until Mon 4 Jan 2027 00:00 Australia/Sydney", 'window of image web'],
  }),
  DistributionInProgress: new DistributionInProgress({ arn, status: 'DISTRIBUTING' }),
  DistributionRetriable: new DistributionRetriable({ arn, failure: '222233334444 us-east-1: no "key"' }),
} satisfies { [N in CarrierName]: Error & { name: N; data: ErrorData[N] } }

/** What Lambda makes of an error that a function throws, as Step Functions has it in `$states.errorOutput.Cause`. */
export const causeOf = ({ name, message }: { name: string; message: string }): string =>
  JSON.stringify({ errorType: name, errorMessage: message, trace: [`${name}: ${message}`] })
