import * as v from 'valibot'
import { shortened } from './shortened.ts'

/**
 * What an error carries for more than people: the state machines read these fields by their names. All that Lambda passes on of an
 * error is its name and its message, so the message is this, as JSON. `causeText` makes the sentence for people.
 */
export interface ErrorData {
  /** When it may be tried again (ISO 8601), and what forbids it until then. */
  OutsideChangeWindow: { opensAt: string; reasons: readonly string[] }
  /** The distribution to wait for, and its status in Image Builder. */
  DistributionInProgress: { arn: string; status: string }
  /** The distribution to try again, and why which of its copies failed. */
  DistributionRetriable: { arn: string; failure: string }
}

/** The name of an error that carries data. */
export type CarrierName = keyof ErrorData

/** Made when one is read, so that a bundle which reads none has none. */
const schemas: { readonly [N in CarrierName]: () => v.GenericSchema<unknown, ErrorData[N]> } = {
  OutsideChangeWindow: () => v.object({ opensAt: v.string(), reasons: v.array(v.string()) }),
  DistributionInProgress: () => v.object({ arn: v.string(), status: v.string() }),
  DistributionRetriable: () => v.object({ arn: v.string(), failure: v.string() }),
}

export const carriesData = (name: string): name is CarrierName => Object.hasOwn(schemas, name)

/** Bytes of the texts of one error, together. As JSON inside of JSON, they are no longer than a message may be. */
const longestData = 3_000

/** The message of an error that carries this: whole JSON, however long its texts are. */
export function writeErrorData<N extends CarrierName>(data: ErrorData[N]): string {
  const texts = Object.values(data).flat()
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'string' ? shortened(value, longestData / texts.length) : value,
  )
}

/** What the error of that name carries; undefined where its message is words, as those of earlier versions are. */
export const readErrorData = <N extends CarrierName>(name: N, message: string): ErrorData[N] | undefined =>
  parsed(schemas[name](), message)

function parsed<Data>(schema: v.GenericSchema<unknown, Data>, message: string): Data | undefined {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), message)
  return result.success ? result.output : undefined
}
