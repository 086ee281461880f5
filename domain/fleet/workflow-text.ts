import { componentText } from './component-text.ts'
import type { Workflow } from './model.ts'

export type OwnWorkflow = Exclude<Workflow, { arn: string }>

/** The text that Image Builder gets: with the description of the workflow, so that another one is another document. */
export const workflowText = ({ file, document, description }: OwnWorkflow, read: (file: string) => string): string =>
  componentText(file === undefined ? JSON.stringify(document ?? {}) : read(file), description)
