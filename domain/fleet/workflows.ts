import * as v from 'valibot'
import { describe, fileOfFleet, matching, object, oneOf, reference, text } from './values.ts'
import { WorkflowDocument } from './workflow-document.ts'

/** Workflows of Image Builder: what a build does, and what tests do, step by step. */

/** Why a fleet has none that distributes. */
export const noDistribution =
  'one that distributes would take an AMI out of the build account before anything has checked it: rings distribute releases'

const workflowTypes = ['build', 'test'] as const
type WorkflowType = (typeof workflowTypes)[number]

const type = v.picklist(workflowTypes, ({ input }) =>
  input === 'distribution' ? `build or test (${noDistribution})` : 'build or test',
)

export const OwnWorkflow = object({
  type,
  description: v.exactOptional(text),
  file: v.pipe(v.exactOptional(fileOfFleet), describe('A workflow document, relative to this file')),
  document: v.pipe(v.exactOptional(WorkflowDocument), describe('A workflow document, here')),
})

export const SharedWorkflow = object({
  arn: v.pipe(
    // API_WorkflowConfiguration.html, workflowArn
    matching(
      /^arn:aws[^:]*:imagebuilder:[^:]+:(\d{12}|aws(-[a-z-]+)?):workflow\/(build|test|distribution)\/[a-z0-9-_]+\/((\d+|x)\.(\d+|x)\.(\d+|x)|\d+\.\d+\.\d+\/\d+)$/,
      'the ARN of an Image Builder workflow, such as arn:aws:imagebuilder:us-west-2:aws:workflow/test/test-image/x.x.x',
    ),
    describe('A workflow that AWS manages, or that is there already'),
  ),
})

const value = v.union([v.string('text'), v.number('text'), v.boolean('text'), v.array(v.string('text'), 'text')])

export const WorkflowUse = object({
  workflow: reference('a workflow'),
  parameters: v.optional(v.record(text, value, 'parameters by name'), {}),
  onFailure: v.pipe(
    v.exactOptional(oneOf(['abort', 'continue'])),
    describe('continue: the image is released although this test failed. Default: abort'),
  ),
  parallelGroup: v.pipe(
    // API_WorkflowConfiguration.html, parallelGroup
    v.exactOptional(
      matching(
        /^[A-Za-z0-9][A-Za-z0-9_+#-]{0,99}$/,
        'a name of 1 to 100 letters, digits, hyphens, underscores, + and #, with a letter or a digit first',
      ),
    ),
    describe('Tests with the same one run at the same time, five at most'),
  ),
})

/** The short form of a workflow without parameters. */
export const WorkflowName = v.pipe(
  reference('a workflow'),
  v.transform((workflow): v.InferOutput<typeof WorkflowUse> => ({ workflow, parameters: {} })),
)

type Shared = v.InferOutput<typeof SharedWorkflow>

/** The type of a workflow; an ARN has it. */
export const typeOfWorkflow = (workflow: v.InferOutput<typeof OwnWorkflow> | Shared): WorkflowType | 'distribution' =>
  'arn' in workflow ? (workflow.arn.split('/')[1] as WorkflowType | 'distribution') : workflow.type
