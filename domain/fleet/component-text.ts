import { parseDocument } from 'yaml'

/** The document of a component as Image Builder gets it: with the description of the component, all else as it is written. */
export function componentText(text: string, description: string | undefined): string {
  if (!description) return text
  const document = parseDocument(text)
  document.set('description', description)
  return text.startsWith('{') ? JSON.stringify(document.toJS()) : document.toString({ lineWidth: 0 })
}

interface Described {
  description?: string
  supportedOsVersions?: string[]
}

/**
 * The description of a component, with the systems that it is for: other systems make another component, whose document must be
 * another one, too.
 */
export function componentDescription({ description, supportedOsVersions = [] }: Described): string | undefined {
  if (supportedOsVersions.length === 0) return description
  const systems = `For ${supportedOsVersions.join(', ')}`
  return description ? `${description} (${systems})` : systems
}
