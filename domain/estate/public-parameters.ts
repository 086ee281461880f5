/**
 * Images that Amazon keeps in Image Builder, by name, and the public parameter that names the AMI of the same system: a
 * fleet's upstream may be the parameter, and cannot be the image, of which no event tells.
 *
 * https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html
 */
const parameters: Record<string, { parameter: string; architecture: 'x86_64' | 'arm64' }> = {
  'amazon-linux-2023-x86': {
    parameter: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
    architecture: 'x86_64',
  },
  'amazon-linux-2023-arm64': {
    parameter: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
    architecture: 'arm64',
  },
  'amazon-linux-2-x86': {
    parameter: '/aws/service/ami-amazon-linux-latest/amzn2-ami-kernel-5.10-hvm-x86_64-gp2',
    architecture: 'x86_64',
  },
  'amazon-linux-2-arm64': {
    parameter: '/aws/service/ami-amazon-linux-latest/amzn2-ami-kernel-5.10-hvm-arm64-gp2',
    architecture: 'arm64',
  },
  'windows-server-2019-english-full-base-x86': {
    parameter: '/aws/service/ami-windows-latest/Windows_Server-2019-English-Full-Base',
    architecture: 'x86_64',
  },
  'windows-server-2022-english-full-base-x86': {
    parameter: '/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base',
    architecture: 'x86_64',
  },
  'windows-server-2022-english-core-base-x86': {
    parameter: '/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-Base',
    architecture: 'x86_64',
  },
  'windows-server-2025-english-full-base-x86': {
    parameter: '/aws/service/ami-windows-latest/Windows_Server-2025-English-Full-Base',
    architecture: 'x86_64',
  },
}

export const publicParameterOf = (image: string) => parameters[image]
