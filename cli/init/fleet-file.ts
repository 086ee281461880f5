import { packageName } from '../../domain/product.ts'
import type { Answers } from './questions.ts'

/** What an operating system asks of a first image. */
interface System {
  platform: 'Linux' | 'Windows'
  /** By the name of its AMIs' own root device, an image's volume is the root: by another it would be a second. */
  device: string
  size: number
  action: string
  commands: string[]
}

const linux = {
  platform: 'Linux',
  size: 20,
  action: 'ExecuteBash',
  commands: ['echo built > /etc/golden-image'],
} as const
const systems: [name: RegExp, system: System][] = [
  [
    /windows/i,
    {
      platform: 'Windows',
      device: '/dev/sda1',
      size: 50,
      action: 'ExecutePowerShell',
      commands: ["Set-Content C:\\golden-image.txt 'built'"],
    },
  ],
  [/ubuntu|rhel|red.?hat|fedora/i, { ...linux, device: '/dev/sda1', commands: [...linux.commands] }],
]
const amazonLinux: System = { ...linux, device: '/dev/xvda', commands: [...linux.commands] }

const systemOf = ({ soeName }: Answers) => systems.find(([name]) => name.test(soeName))?.[1] ?? amazonLinux

const quoted = (text: string) => JSON.stringify(text)

/** The smallest fleet that does something, with a word on each part. */
export function fleetYaml(answers: Answers): string {
  const { name, account, region, soeOwner, soeName, target, email } = answers
  const { platform, device, size } = systemOf(answers)
  const notify =
    email === ''
      ? '# notify:\n#   email: [platform@example.com]\n#   runFrom: https://git.example.com/platform/golden-images # messages say that their commands run there'
      : `notify:\n  email: [${quoted(email)}]`
  return `# yaml-language-server: $schema=./node_modules/${packageName}/fleet.schema.json

name: ${name} # the prefix of every name in AWS

build: # where images are baked; nothing leaves this account before it has passed its checks
  account: ${quoted(account)} # account ids go in quotes: YAML would read a number
  region: ${region}

upstreams: # whose AMIs start a campaign
  soe:
    platform: ${platform}
    ami: { owner: ${quoted(soeOwner)}, name: ${quoted(soeName)} }

infrastructure: # the instances that bake; without \`network\` they are in the default VPC
  standard: { instanceTypes: [m7i.large, m6i.large] }

components: # what is installed: AWSTOE documents, here or of others by ARN
  example: { platform: ${platform}, file: components/example.yaml }

images: # each names what it is baked on: an upstream, or another image
  base:
    parent: soe
    infrastructure: standard
    components: [example]
    volumes: [{ device: ${device}, size: ${size} }] # the root device, as the AMIs above name it

rings: # where images go, one ring after the other
  everyone:
    accounts: [${quoted(target)}]
    regions: [${region}]

retirement: # what is removed where nothing uses it: old releases, and what failed after 7 days; without it nothing is
  keep: 3

# Who is notified. Each address confirms two messages from SNS after the first deploy.
${notify}
`
}

/** A component that succeeds wherever the image can be baked. */
export function componentYaml(answers: Answers): string {
  const { action, commands } = systemOf(answers)
  return `# https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
name: example
description: Leaves a file. Put in what your images need.
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: LeaveAFile
        action: ${action}
        inputs:
          commands:
${commands.map((command) => `            - ${quoted(command)}`).join('\n')}
`
}
