import { mayPass } from '../deployment/aws-problems.ts'
import type { Failed } from '../problems.ts'

export interface Patience {
  /** Called when a look failed, and in how many seconds the next one is. */
  lost: (error: Failed, seconds: number) => void
  pause: (milliseconds: number) => Promise<unknown>
}

const mostFailures = 6

/** Looks until it is answered: what may pass is waited for, longer each time. @throws what will not pass, or has not */
export async function patiently<T>(look: () => Promise<T>, { lost, pause }: Patience): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await look()
    } catch (error) {
      if (!mayPass(error) || ++failures === mostFailures) throw error
      const seconds = 2 ** failures
      lost(error, seconds)
      await pause(seconds * 1000)
    }
  }
}
