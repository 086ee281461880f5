import { header, lines, type Message, plural, subject } from './message.ts'

export interface WaiverFacts {
  waivers: { cve: string; owner: string; reason: string; expires: string; images: string[] }[]
}

/** Waivers that end within days: afterwards each fails the check that it is for. */
export function waiversExpire({ waivers }: WaiverFacts): Message {
  const [first] = waivers
  return {
    ...header('waiver-expiring', 'warning', 'summary', { waivers }),
    about: {},
    links: [],
    facts: { waivers },
    subject: subject(
      waivers.length === 1
        ? `Waiver expires ${first?.expires}: ${first?.cve}`
        : `${plural(waivers.length, 'waiver')} will expire`,
    ),
    body: lines(
      'After its day, a waiver fails the check of the images that it is for:',
      waivers.map(
        ({ cve, owner, reason, expires, images }) =>
          `  ${cve}, the last day ${expires}: ${reason} (${owner}), for ${images.join(', ') || 'all images'}`,
      ),
      '',
      'Fix what it is for and take the waiver away, or give it another day in fleet.yaml, and deploy.',
    ),
  }
}
