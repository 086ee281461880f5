/**
 * A command as it runs in the repository of a fleet, by a line of its own. `rebake` alone is on nobody's PATH after an installation
 * there, and without --no-install npx would fetch somebody else's package of that name.
 */
export const commandLine = (...words: string[]): string => ['npx --no-install rebake', ...words].join(' ')

/** The same in a sentence: the backticks say where it ends. */
export const command = (...words: string[]): string => `\`${commandLine(...words)}\``
