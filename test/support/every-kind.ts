import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'

/** One upstream of each kind, each with an image of its own, in a fleet that bakes in minutes and has one ring. */
export const everyKind = (): Fleet => parseFleet(text, 'every-kind.yaml')

const topic = 'arn:aws:sns:us-east-1:137112412989:amazon-linux-2023-ami-updates'

const image = (parent: string, more = '', root = '/dev/xvda') =>
  `{ parent: ${parent}, infrastructure: linux, components: [patch], volumes: [{ device: ${root}, size: 20 }], estimate: 20m, timeout: 1h${more} }`

const text = `
name: golden
build: { account: "111122223333", region: us-west-2 }
organization: o-exampleorgid
upstreams:
  of-an-account: { ami: { owner: "444455556666", name: "soe-al2023-*" } }
  of-a-parameter: { parameter: { name: /soe/ubuntu-2404, account: "444455556666" } }
  of-our-parameter: { parameter: { name: /soe/own, owner: "444455556666" } }
  of-amazon:
    parameter:
      name: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
      announcements: ${topic}
  of-an-image: { image: { name: soe-rhel-9 } }
  of-a-team: { event: { account: "444455556666", amiName: "team-*", emergencies: true } }
infrastructure: { linux: { instanceTypes: [m7i.large] } }
components:
  patch: { platform: Linux, arn: "arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x" }
images:
  account-base: ${image('of-an-account')}
  account-app: ${image('account-base')}
  parameter-base: ${image('of-a-parameter', '', '/dev/sda1')}
  our-parameter-base: ${image('of-our-parameter')}
  amazon-base: ${image('of-amazon')}
  image-base: ${image('of-an-image', '', '/dev/sda1')}
  team-base: ${image('of-a-team', ', tags: { team: x }')}
rings: { everyone: { accounts: ["222233334444"], regions: [us-west-2] } }
cves: { critical: 1 }
patchCycles:
  monthly: { schedule: cron(0 2 ? * TUE#2 *), offset: 1d, timezone: Australia/Sydney, flexibleWindow: 30m }
`
