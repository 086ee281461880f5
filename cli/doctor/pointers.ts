import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import { availableAmis } from '../../aws/amis.ts'
import { type FullParameter, fullAmong, mostVersions, readHeld } from '../../aws/pointers.ts'
import { channels, pointerName } from '../../domain/names.ts'
import { count } from '../render/text.ts'
import { inProse } from '../typed.ts'
import { type Check, fail, info, warning } from './check.ts'
import type { Environment } from './environment.ts'

const permissions = ['ssm:GetParameters', 'ssm:GetParameterHistory', 'ec2:DescribeImages']

type Pointer = Parameters<typeof pointerName>[2]

/** The parameters of some images, what they hold, and which of that is there. */
async function look(environment: Environment, images: string[], pointers: readonly Pointer[]) {
  const { fleet, config } = environment
  const names = images.flatMap((image) => pointers.map((each) => pointerName(fleet.name, image, each)))
  const ssm = new SSMClient(config)
  const held = await readHeld(ssm, names)
  const amis = [...held.values()].map(({ value }) => value)
  return { names, held, there: await availableAmis(new EC2Client(config), amis), full: await fullAmong(ssm, held) }
}

const tellFull = ({ name, versions, labels }: FullParameter, where = '') =>
  (versions < mostVersions ? warning : fail)(
    `${name}${where} has ${versions} of ${mostVersions} versions, and the oldest has the label ${labels.join(', ')}: it keeps that one, and takes no newer one then`,
    `Move the label to a newer version: aws ssm label-parameter-version --name ${name} --labels ${labels.join(' ')}`,
  )

const parents: Check = {
  name: 'parents',
  group: 'Pointers',
  permissions,
  async *examine(environment) {
    const { images } = environment.fleet
    const own = Object.keys(images).filter((image) => !images[image]?.pipeline)
    const { names, held, there, full } = await look(environment, own, ['parent'])
    for (const each of full) yield tellFull(each)
    for (const name of names) {
      const { value: ami, dataType } = held.get(name) ?? {}
      if (ami === undefined)
        yield fail(
          `there is no parameter ${name}, which the recipe takes its parent from: no bake starts`,
          `Put the AMI of its parent there: aws ssm put-parameter --name ${name} --type String --value AMI`,
        )
      else if (dataType !== 'text')
        yield fail(
          `${name} is of the data type ${dataType}, which never changes: no bake can set it`,
          `Make it again as text: aws ssm delete-parameter --name ${name} && aws ssm put-parameter --name ${name} --type String --value ${ami}`,
        )
      else if (/^ami-0+$/.test(ami))
        yield fail(
          `${name} holds no AMI: none of its upstream was visible at the deploy`,
          'Have the owner of the upstream share one; its campaign sets the parameter.',
        )
      // Each bake sets its own before it starts; an old parent may be retired meanwhile.
      else if (!there.has(ami))
        yield warning(
          `${name} holds ${ami}, which is not available any more`,
          'Nothing: the next bake of the image sets it. Anybody who starts the pipeline manually needs an AMI there.',
        )
    }
    yield info(count(held.size, 'parameter'))
  },
}

const ofChannels: Check = {
  name: 'candidates, stable and previous',
  group: 'Pointers',
  permissions,
  async *examine(environment) {
    const images = Object.keys(environment.fleet.images)
    const { held, there, full } = await look(environment, images, channels)
    for (const each of full) yield tellFull(each)
    for (const [name, { value: ami }] of held)
      if (!there.has(ami))
        yield fail(
          `${name} holds ${ami}, and there is no such AMI, or it is not available`,
          `Rebake the image, or point it to a release that is there: ${inProse('start', '--image', name.split('/')[3] ?? '')}, ${inProse('rollback', 'IMAGE')}.`,
        )
    yield info(held.size === 0 ? 'nothing has been released yet' : count(held.size, 'parameter'))
  },
}

const targets: Check = {
  name: 'parameters of the targets',
  group: 'Pointers',
  permissions: ['lambda:InvokeFunction'],
  async *examine(environment) {
    const reports = await environment.targets()
    for (const { account, full = [] } of reports)
      for (const { region, ...each } of full) yield tellFull(each, ` of ${account} ${region}`)
    for (const { account, dangling } of reports)
      for (const { region, parameter, ami } of dangling)
        yield fail(
          `${parameter} of ${account} ${region} holds ${ami}, and there is no such AMI, or it is not available: nothing can be launched from it`,
          `Point it to a release that is there (${inProse('rollback', 'IMAGE')}), or rebake the image (${inProse('start', '--image', 'IMAGE')}).`,
        )
    const held = reports.reduce((sum, { pointers }) => sum + pointers, 0)
    yield info(held === 0 ? 'nothing has been published yet' : count(held, 'parameter'))
  },
}

export const pointerChecks = [parents, ofChannels, targets]
