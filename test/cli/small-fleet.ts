/** A fleet as small as one can be and still have a tree, two upstreams and a ring: for tests of the command. */
export const smallFleet = `name: golden
build: { account: '111122223333', region: eu-west-1 }
upstreams:
  al2023: { ami: { owner: '444455556666', name: 'soe-al2023-*' } }
  ubuntu: { ami: { owner: '777788889999', name: 'soe-ubuntu-*' } }
infrastructure:
  small: { instanceTypes: [m7i.large] }
components:
  patch: { arn: 'arn:aws:imagebuilder:eu-west-1:aws:component/update-linux/x.x.x' }
images:
  base: { parent: al2023, infrastructure: small, components: [patch], volumes: [{ device: /dev/xvda, size: 20 }], estimate: 40m }
  java: { parent: base, infrastructure: small, components: [patch], estimate: 30m }
  web: { parent: ubuntu, infrastructure: small, components: [patch], volumes: [{ device: /dev/sda1, size: 20 }], rings: [canary] }
rings:
  canary: { accounts: ['123456789012'], regions: [eu-west-1], soak: 24h }
  everyone: { accounts: ['234567890123', '345678901234'], regions: [eu-west-1, us-east-1] }
`
