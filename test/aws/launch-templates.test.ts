import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, it } from 'vitest'
import { moveTemplate, moveTemplates } from '../../aws/launch-templates.ts'
import { mockOf } from '../support/mocks.ts'

const mock = mockOf(EC2Client)
const ec2 = mock as unknown as EC2Client
const version = (VersionNumber: number, ImageId: string, DefaultVersion = false) => ({
  VersionNumber,
  DefaultVersion,
  LaunchTemplateData: { ImageId },
})
const newest = (ImageId: string, isDefault = false) =>
  mock.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [version(7, ImageId, isDefault)] })
const moving = (isDefault = true) => moveTemplate(ec2, { name: 'web', default: isDefault }, 'ami-0b')
const made = () => mock.commandCalls(CreateLaunchTemplateVersionCommand).map((call) => call.args[0].input)
const defaults = () => mock.commandCalls(ModifyLaunchTemplateCommand).map((call) => call.args[0].input)

beforeEach(() => {
  mock.reset()
  newest('ami-0a')
  mock.on(CreateLaunchTemplateVersionCommand).resolves({ LaunchTemplateVersion: version(8, 'ami-0b') })
  mock.on(ModifyLaunchTemplateCommand).resolves({})
})

describe('a launch template', () => {
  it('gets a version with the AMI, all else as in its newest one, and it becomes the default', async () => {
    await moving()
    expect(made()).toEqual([
      {
        LaunchTemplateName: 'web',
        SourceVersion: '7',
        LaunchTemplateData: { ImageId: 'ami-0b' },
        VersionDescription: 'Rebake: ami-0b',
        ClientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
    expect(defaults()).toEqual([{ LaunchTemplateName: 'web', DefaultVersion: '8' }])
  })

  it('keeps its default where nobody asks for another', async () => {
    await moving(false)
    expect(made()).toHaveLength(1)
    expect(defaults()).toEqual([])
  })

  it('gets no second version, and becomes what it was to be', async () => {
    newest('ami-0b')
    await moving()
    expect(made()).toEqual([])
    expect(defaults()).toEqual([{ LaunchTemplateName: 'web', DefaultVersion: '7' }])
    newest('ami-0b', true)
    await moving()
    expect(defaults()).toHaveLength(1)
  })

  it('fails loudly on an answer that says nothing', async () => {
    mock.on(CreateLaunchTemplateVersionCommand).resolves({})
    await expect(moving()).rejects.toThrow('did not say which')
    mock.on(DescribeLaunchTemplateVersionsCommand).resolves({})
    await expect(moving()).rejects.toThrow('has no version')
  })

  it.each([
    ['InvalidLaunchTemplateName.NotFoundException', 'Wrong', 'launch template web does not exist'],
    ['UnauthorizedOperation', 'Wrong', "launch template web may not be changed: it needs the tag 'rebake:fleet'"],
    ['RequestLimitExceeded', 'RequestLimitExceeded', 'no'],
  ])('that fails with %s is %s', async (failure, name, message) => {
    mock.on(CreateLaunchTemplateVersionCommand).rejects(Object.assign(new Error('no'), { name: failure }))
    const all = [{ name: 'web', default: true }]
    await expect(moveTemplates(async () => ec2, all, 'ami-0b')).rejects.toMatchObject({ name, message })
  })

  it('is asked for permission right before each change', async () => {
    const permit = async () => void asked.push(made().length + defaults().length)
    const asked: number[] = []
    await moveTemplate(ec2, { name: 'web', default: true }, 'ami-0b', permit)
    expect(asked).toEqual([0, 1])
    newest('ami-0b', true)
    await moveTemplate(ec2, { name: 'web', default: true }, 'ami-0b', permit)
    expect(asked).toEqual([0, 1])
  })
})
