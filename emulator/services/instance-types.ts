/**
 * The architecture that an instance type runs. Graviton families have a g after their generation, as m7g, c6gn and im4gn;
 * a1 was the first. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export function architectureOf(instanceType: string): 'arm64' | 'x86_64' {
  const [family = ''] = instanceType.split('.')
  const [, attributes = ''] = /^[a-z]+\d+(.*)$/.exec(family) ?? []
  return family === 'a1' || attributes.includes('g') ? 'arm64' : 'x86_64'
}
