/**
 * Members that AWS's API reference has, and that the SDK's model does not know yet, by the structure that has them. They are on the
 * wire, and an SDK drops them. Templates have them, too.
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ImageState.html
 * https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateImageRecipe.html
 */
const newerMembers: Record<string, readonly string[]> = {
  ImageState: ['failureContext'],
  ImageRecipe: ['amiWatermarks'],
  CreateImageRecipeRequest: ['amiWatermarks'],
}

export const isNewer = (structure: string, member: string): boolean =>
  newerMembers[structure.split('#').at(-1) ?? '']?.includes(member) ?? false
