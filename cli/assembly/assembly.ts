import { dirname, resolve } from 'node:path'
import type { Fleet } from '../../domain/fleet/model.ts'
import { LimitsExceeded } from '../../domain/limits.ts'
import type { CloudAssemblySummary, SynthesizeOptions } from '../../infra/synthesize.ts'
import { temporaryDirectory } from '../../infra/temporary-directory.ts'
import { BadInput } from '../problems.ts'

export type Synthesize = (options: SynthesizeOptions) => Promise<CloudAssemblySummary>

// The CDK takes a second to load: not before it is known that it is needed.
const lazily: Synthesize = async (options) => (await import('../../infra/synthesize.ts')).synthesize(options)

interface Made {
  fleet: Fleet
  /** Its file. */
  file: string
}

/**
 * The templates of a fleet and all that they need, as a deploy takes them.
 * @throws BadInput where AWS would not take a template
 */
export async function assemble(
  { fleet, file }: Made,
  outdir: string,
  synthesize: Synthesize = lazily,
): Promise<CloudAssemblySummary> {
  try {
    return await synthesize({ fleet, fleetDirectory: dirname(resolve(file)), outdir })
  } catch (error) {
    if (!(error instanceof LimitsExceeded)) throw error
    throw new BadInput(error.message.replaceAll(/^/gm, `${file}: `), { cause: error })
  }
}

/** As `assemble`, in a directory that is gone once `use` is done with it. */
export async function withAssembly<T>(
  made: Made,
  use: (assembly: CloudAssemblySummary) => Promise<T>,
  synthesize?: Synthesize,
): Promise<T> {
  const { directory, remove } = temporaryDirectory()
  try {
    return await use(await assemble(made, directory, synthesize))
  } finally {
    remove()
  }
}
