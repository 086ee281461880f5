/** A criterion of EC2's Allowed AMIs, as far as it says whose AMIs are admitted. */
interface Criterion {
  ImageProviders?: string[] | undefined
  ImageNames?: string[] | undefined
  MarketplaceProductCodes?: string[] | undefined
}

/** AMIs by their owner; '' for a name that nobody knows. */
export interface Amis {
  owner: string
  name: string
}

/**
 * Whether settings of Allowed AMIs let an account see the AMIs of another one. Conditions on their age are left out: AMIs of a fleet
 * are new. "An AMI must match all parameters in each ImageCriterion", and any criterion.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-allowed-amis.html
 */
export const admits = (criteria: readonly Criterion[], { owner, name }: Amis): boolean =>
  criteria.some(
    ({ ImageProviders: providers, ImageNames: names, MarketplaceProductCodes: codes }) =>
      codes === undefined &&
      (providers === undefined || providers.includes(owner)) &&
      (names === undefined || name === '' || names.some((pattern) => mayMatch(pattern, name))),
  )

/** Both may have * and ?: they overlap where what stands before their first one and after their last one does. */
function mayMatch(pattern: string, name: string): boolean {
  const [left, right] = [pattern, name].map((text) => ({
    start: /^[^*?]*/.exec(text)?.[0] ?? '',
    end: /[^*?]*$/.exec(text)?.[0] ?? '',
    exact: !/[*?]/.test(text),
  }))
  if (!left || !right) return false
  if (left.exact && right.exact) return pattern === name
  const overlaps = (a: string, b: string, from: 'startsWith' | 'endsWith') => a[from](b) || b[from](a)
  return overlaps(left.start, right.start, 'startsWith') && overlaps(left.end, right.end, 'endsWith')
}
