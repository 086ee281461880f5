/**
 * Parts of what EC2 says where an instance cannot be launched in one subnet and may be in another: there is no capacity in its Availability
 * Zone, the zone does not have the type, or the subnet has no free address. Image Builder passes it on, with the name of the error or
 * without.
 * https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
 */
const texts = [
  'InsufficientInstanceCapacity',
  'do not have sufficient [\\w.-]+ capacity',
  'not supported in your requested Availability Zone',
  'InsufficientFreeAddressesInSubnet',
  'does not have enough free addresses',
] as const

/** Fits the reason of a bake that another subnet may be better for. */
export const fullSubnet = new RegExp(texts.join('|'))
