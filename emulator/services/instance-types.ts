import type { DescribeInstanceTypesRequest } from '@aws-sdk/client-ec2'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import type { Service } from './types.ts'

/**
 * The architecture that an instance type runs. Graviton families have a g after their generation, as m7g, c6gn and im4gn;
 * a1 was the first. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export function architectureOf(instanceType: string): 'arm64' | 'x86_64' {
  const [family = ''] = instanceType.split('.')
  const [, attributes = ''] = /^[a-z]+\d+(.*)$/.exec(family) ?? []
  return family === 'a1' || attributes.includes('g') ? 'arm64' : 'x86_64'
}

/**
 * Default vCPUs by size, as general purpose types have them.
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html
 */
const vcpus: Record<string, number> = { nano: 2, micro: 2, small: 2, medium: 2, large: 2, xlarge: 4 }

/** Of Graviton's own families, and older ones, a medium has one. */
const halved = /^(m[3-9]g|m1|m3|t1|c[6-9]g|r[6-9]g|a1)/

export function vcpusOf(instanceType: string): number {
  const [family = '', size = ''] = instanceType.split('.')
  if (size === 'medium' && halved.test(family)) return 1
  const [, times] = /^(\d+)xlarge$/.exec(size) ?? []
  return times === undefined ? (vcpus[size] ?? 2) : 4 * Number(times)
}

/** Whether the quota "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances" counts it. */
export const isStandard = (instanceType: string): boolean => /^([acdhimrtz]|im|is)\d/.test(instanceType)

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html */
export const instanceTypes: Service['operations'] = {
  DescribeInstanceTypes: ({ InstanceTypes = [], Filters, NextToken }: DescribeInstanceTypesRequest) => {
    if (InstanceTypes.length === 0 || Filters?.length || NextToken)
      throw new UnsupportedFeature('request', 'DescribeInstanceTypes that names no types')
    return {
      InstanceTypes: InstanceTypes.map((InstanceType) => ({
        InstanceType,
        VCpuInfo: { DefaultVCpus: vcpusOf(InstanceType) },
      })),
    }
  },
}
