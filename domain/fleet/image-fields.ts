import type { Image } from './model.ts'

interface ImageField {
  /**
   * Whether it is part of what the image is made of: then a change of it bakes the image again. Without a default, or
   * every image of every fleet would be baked again when the field is introduced.
   */
  baked: boolean
  /**
   * Beside a pipeline that was there before. `only`: it is of such an image alone. `ours`: it holds as for any image.
   * `kept`: the pipeline keeps its own. `refused`: the pipeline decides, and a fleet that says it too is an error.
   */
  adopted: 'only' | 'ours' | 'kept' | 'refused'
}

/** What each field of an image is. The fingerprint is made of all but those that are not baked: see definition.ts. */
export const imageFields = {
  description: { baked: false, adopted: 'kept' },
  // Which AMI of its parent an image was baked from is remembered beside its fingerprint.
  parent: { baked: false, adopted: 'ours' },
  pipeline: { baked: true, adopted: 'only' },
  componentUpdates: { baked: true, adopted: 'only' },
  // Any instance that can run the parent bakes the same.
  infrastructure: { baked: false, adopted: 'refused' },
  components: { baked: true, adopted: 'refused' },
  workflows: { baked: true, adopted: 'refused' },
  root: { baked: true, adopted: 'refused' },
  volumes: { baked: true, adopted: 'refused' },
  workingDirectory: { baked: true, adopted: 'refused' },
  userData: { baked: true, adopted: 'refused' },
  uninstallSsmAgent: { baked: true, adopted: 'refused' },
  watermarks: { baked: true, adopted: 'refused' },
  tags: { baked: true, adopted: 'ours' },
  tests: { baked: false, adopted: 'refused' },
  testTimeout: { baked: false, adopted: 'refused' },
  scanning: { baked: false, adopted: 'refused' },
  timeout: { baked: false, adopted: 'ours' },
  estimate: { baked: false, adopted: 'ours' },
  freshness: { baked: false, adopted: 'ours' },
  rings: { baked: false, adopted: 'ours' },
  checks: { baked: false, adopted: 'ours' },
  window: { baked: false, adopted: 'ours' },
} satisfies Record<keyof Image, ImageField>

type Fields = typeof imageFields
type FieldThat<Row extends Partial<ImageField>> = {
  [K in keyof Fields]: Fields[K] extends Row ? K : never
}[keyof Fields]

export type BakedField = FieldThat<{ baked: true }>
/** What a pipeline of Rebake's own has itself. */
export type PipelineField = 'workflows'
/** What the recipe of a pipeline of Rebake's own is made of. */
export type RecipeField = Exclude<BakedField, FieldThat<{ adopted: 'only' }> | PipelineField>
/** What only an image with a pipeline that was there before can have. */
export type AdoptedField = Exclude<FieldThat<{ adopted: 'only' }>, 'pipeline'>

/** The fields with this answer in the column `adopted`, in the order of the table. */
export const fieldsBesidePipeline = <A extends ImageField['adopted']>(adopted: A) =>
  (Object.keys(imageFields) as (keyof Fields)[]).filter(
    (field): field is FieldThat<{ adopted: A }> => imageFields[field].adopted === adopted,
  )
