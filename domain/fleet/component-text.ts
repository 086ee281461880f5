import { parseDocument } from 'yaml'

/** The document of a component as Image Builder gets it: with the description of the component, all else as it is written. */
export function componentText(text: string, description: string | undefined): string {
  if (!description) return text
  const document = parseDocument(text)
  document.set('description', description)
  return text.startsWith('{') ? JSON.stringify(document.toJS()) : document.toString({ lineWidth: 0 })
}
