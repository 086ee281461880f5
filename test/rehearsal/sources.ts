import { parseFleet } from '../../domain/fleet/parse.ts'

const names = ['amis', 'foreign', 'own', 'public', 'quiet', 'built', 'announced']

/** A fleet with an upstream of every kind, whose accounts and owners all differ, and an image on each. */
export const everySource = () =>
  parseFleet(
    `
name: kinds
build: { account: "111122223333", region: us-west-2 }
upstreams:
  amis: { platform: Linux, ami: { owner: "444455556666", name: soe-* } }
  foreign: { platform: Linux, parameter: { name: /soe/base, account: "555566667777", amiName: "base-?-*" } }
  own: { platform: Linux, parameter: { name: /soe/own, owner: "444455556666" } }
  public:
    platform: Linux
    parameter:
      name: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
      announcements: arn:aws:sns:us-east-1:137112412989:amazon-linux-2023-ami-updates
  quiet: { platform: Linux, parameter: { name: /aws/service/canonical/ubuntu, owner: amazon } }
  built: { platform: Linux, image: { name: soe-built } }
  announced: { platform: Linux, event: { account: "666677778888", owner: "777788889999", emergencies: true } }
infrastructure:
  linux: { instanceTypes: [m7i.large] }
components:
  hello:
    platform: Linux
    document:
      phases:
        - name: build
          steps: [{ name: Hello, action: ExecuteBash, inputs: { commands: [echo hello] } }]
images:
${names.map((name) => `  on-${name}: { parent: ${name}, infrastructure: linux, components: [hello], volumes: [{ device: ${name === 'quiet' ? '/dev/sda1' : '/dev/xvda'}, size: 20 }], scanning: ${name === 'amis'} }`).join('\n')}
rings:
  all: { accounts: ["222233334444"], regions: [us-west-2] }
cves: { critical: 1 }
`,
    'kinds.yaml',
  )
