/** When something happens: within minutes of its time, an hour or more later, or before anybody waits for it. */
export type When = 'early' | 'on time' | 'late'

/**
 * What a rehearsal shows of each kind of target, as far as faults change it. A fault names the signs that it changes;
 * the others stay as they are without the fault.
 */
export interface SignsOf {
  image: {
    /** What the ledger says of its last rebake; of the others, `bakes` counts them. */
    status: string
    /** Why it was rebaked, or why it was not released. */
    reason: string
    /** The kinds of the messages about it, in their order. */
    messages: string[]
    /** How often it was baked. */
    bakes: number
    /** When its first bake's last state event arrived. */
    arrivals: When[]
    /** Image Builder was asked for minutes before it showed how its first bake had ended. */
    isAnsweredLate: boolean
    /** The targets of its rings name an AMI of it. */
    published: boolean
    /** The errors with which its execution was not started, with a comma between them. */
    unstarted: string
  }
  upstream: {
    /** When executions began that heard of its release. */
    arrivals: When[]
    /** When campaigns for its release began. */
    campaigns: When[]
    /** It has AMIs of before the rehearsal. */
    older: boolean
    /** What people read of a refusal. */
    refusal: string
    /** Why images could not be baked on its AMIs. */
    unfit: string
  }
  channel: {
    /** Something is posted to it. */
    posted: boolean
    /** Messages to it are dead letters. */
    deadLetters: boolean
  }
  function: {
    /** The errors of its invocations by state machines, with a comma between them. */
    errors: string
  }
  service: {
    /** The errors of calls of state machines to it, with a comma between them. */
    errors: string
  }
}

/** The signs that a fault changes, with the values that it changes them to; a text is matched. */
export type Changed<Signs> = { [Sign in keyof Signs]?: Signs[Sign] extends string ? string | RegExp : Signs[Sign] }
