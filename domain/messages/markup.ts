/** Slack reads &, < and > as its own. https://docs.slack.dev/messaging/formatting-message-text#escaping */
export const escapedForSlack = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Neither half a character nor half of what was escaped stays at the end. */
export const firstOf = (text: string, length: number) =>
  text.length <= length
    ? text
    : `${text
        .slice(0, length - 3)
        .toWellFormed()
        .replace(/&[a-z]*$/, '')}...`
