import { hash } from 'node:crypto'

/**
 * Ids that follow from a label alone: of what is simulated before there is any rehearsal, or without one, as
 * `rebake plan` does. They are those of the emulator's `Random`, which is not loaded for that.
 */
export function derivedFrom(label: string) {
  const hex = (digits: number) => hash('sha256', `${label}#0`).slice(0, digits)
  return {
    fork: (part: string) => derivedFrom(`${label}/${part}`),
    hex,
    /** UUID-shaped. */
    uuid: () => hex(32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5'),
  }
}
