import { describe, expect, it } from 'vitest'
import { FleetInvalid, judgeFleet, parseFleet } from '../../../domain/fleet/parse.ts'

const fleetOf = (platform: string, images: string) => `name: one
build: { account: "111122223333", region: us-west-2 }
upstreams: { soe: { platform: ${platform}, ${platform === 'Linux' ? 'rootDevice: /dev/xvda, ' : ''}ami: { owner: "444455556666", name: "soe-*" } } }
infrastructure: { small: { instanceTypes: [m7i.large] } }
components: { tool: { arn: "arn:aws:imagebuilder:us-west-2:444455556666:component/tool/x.x.x", platform: ${platform} } }
images:
${images}
rings: { all: { accounts: ["222233334444"], regions: [us-west-2] } }
`
const image = (name: string, parent: string, more: string) =>
  `  ${name}: { parent: ${parent}, infrastructure: small, components: [tool], root: { size: 30 }, ${more} }`
const problemsOf = (text: string) => {
  try {
    parseFleet(text, 'fleet.yaml')
    return []
  } catch (error) {
    if (error instanceof FleetInvalid) return error.problems.map(({ message }) => message)
    throw error
  }
}
const withoutAgent = 'uninstallSsmAgent: true'

describe('what Image Builder runs first, and what it leaves', () => {
  it.each([
    ['the longest user data', image('base', 'soe', `userData: "${'ä'.repeat(8_191)}!"`)],
    [
      'an image without the agent, and one that is baked on it',
      `${image('base', 'soe', withoutAgent)}\n${image('web', 'base', 'tests: true')}`,
    ],
    ['five watermarks', image('base', 'soe', "watermarks: [one, two, 'a b', '(c)', '[d]']")],
    ['the longest tests', image('base', 'soe', 'testTimeout: 24h')],
  ])('may be %s', (_, images) => expect(problemsOf(fleetOf('Linux', images))).toEqual([]))

  it.each([
    [
      'user data that is a byte too long',
      'Linux',
      image('base', 'soe', `userData: "${'ä'.repeat(8_192)}"`),
      /userData: expected at most 16383 bytes, .*, found 16384/,
    ],
    [
      'a time for tests that do not run',
      'Linux',
      image('base', 'soe', 'tests: false, testTimeout: 2h'),
      /testTimeout: expected none beside tests: false/,
    ],
    [
      'tests of less than an hour',
      'Linux',
      image('base', 'soe', 'testTimeout: 59m'),
      /testTimeout: expected a duration from 1h to 24h/,
    ],
    [
      'six watermarks',
      'Linux',
      image('base', 'soe', 'watermarks: [one, two, three, four, five, six]'),
      /expected at most 5 watermarks/,
    ],
    [
      'a watermark twice',
      'Linux',
      image('base', 'soe', 'watermarks: [one, one]'),
      /watermarks\[1\]: expected each watermark once, found 'one' again/,
    ],
    [
      'six watermarks with those of its parent',
      'Linux',
      `${image('base', 'soe', 'watermarks: [one, two, three]')}\n${image('web', 'base', 'watermarks: [four, five, six]')}`,
      /images\.web\.watermarks: expected at most 5 with those of the images above, found 6/,
    ],
    [
      'a watermark of two characters',
      'Linux',
      image('base', 'soe', 'watermarks: [ab]'),
      /watermarks\[0\]: expected the name of a watermark/,
    ],
    [
      'a watermark that ends with a space',
      'Linux',
      image('base', 'soe', "watermarks: ['golden ']"),
      /watermarks\[0\]: expected the name of a watermark/,
    ],
    [
      'a Windows image on one without the agent',
      'Windows',
      `${image('base', 'soe', withoutAgent)}\n${image('web', 'base', 'tests: true')}`,
      /images\.web\.parent: expected an image with the Systems Manager Agent/,
    ],
    [
      'a smoke test of an image without the agent',
      'Linux',
      image('base', 'soe', `${withoutAgent}, checks: { smoke: { document: AWS-RunShellScript } }`),
      /uninstallSsmAgent: expected none beside checks\.smoke/,
    ],
  ])('may not be %s', (_, platform, images, problem) => {
    expect(problemsOf(fleetOf(platform, images))).toEqual([expect.stringMatching(problem)])
  })

  it.each([
    [
      'that does not install it',
      'mkdir /opt/ours',
      [/user data keeps Image Builder from installing it: install amazon-ssm-agent in it/],
    ],
    ['that installs it', 'dnf install -y amazon-ssm-agent', []],
  ])('warns of user data on an image without the agent %s', (_, commands, expected) => {
    const images = `${image('base', 'soe', withoutAgent)}\n${image('web', 'base', `userData: ${commands}`)}`
    const { warnings } = judgeFleet(fleetOf('Linux', images), 'fleet.yaml')
    expect(warnings.map(({ message }) => message)).toEqual(expected.map((text) => expect.stringMatching(text)))
  })
})
