import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Template } from '../../../infra/synthesize.ts'
import { oneImage } from '../../support/one-image.ts'
import { allowed, resourcesOf, statementsOf } from '../../support/template.ts'
import { fleetDirectory, hardening, slow, smallAssembly, smallFleet, synth } from '../fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).buildStack.template
}, slow)

const named = (type: string, name: string) =>
  Object.values(resourcesOf(template, `AWS::ImageBuilder::${type}`)).find(({ Name }) => Name === name)
/** A component's name ends in a part of the id of its stack. */
const component = (of: Template, id: string) =>
  of.Resources[id]?.Properties as { Name: object; Data: string; [key: string]: unknown }

describe('components', () => {
  it('come from files and from the fleet; those of others are used where they are', () => {
    expect(Object.keys(resourcesOf(template, 'AWS::ImageBuilder::Component'))).toEqual([
      'ComponentHarden',
      'ComponentService',
    ])
    expect(component(template, 'ComponentHarden')).toMatchObject({ Platform: 'Linux', Data: hardening })
    expect(component(template, 'ComponentService').Data).toContain('echo {{ Name }}')
  })

  it('have names that another stack of the same name has not', () => {
    expect(component(template, 'ComponentHarden').Name).toEqual({
      'Fn::Join': [
        '',
        [
          'gold-harden-',
          {
            'Fn::Select': [
              0,
              { 'Fn::Split': ['-', { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }] },
            ],
          },
        ],
      ],
    })
  })

  it('have their description in their document, whose other lines stay as they are', async () => {
    expect(JSON.parse(component(template, 'ComponentService').Data)).toMatchObject({ description: 'A service' })
    const fleet = smallFleet()
    Object.assign(fleet.components.harden ?? {}, { description: 'Hardens: "all"' })
    const commented = `# Why we do this\n${hardening}`
    const { buildStack } = await synth(fleet, { fleetDirectory: fleetDirectory(commented) })
    const { Data } = component(buildStack.template, 'ComponentHarden')
    expect(Data).toContain('# Why we do this')
    expect(parse(Data)).toEqual({ ...parse(hardening), description: 'Hardens: "all"' })
  })

  it(
    'change without a clash: same version, for which Image Builder numbers the builds',
    async () => {
      const changed = await synth(smallFleet(), {
        fleetDirectory: fleetDirectory(`${hardening}# stricter\n`),
      })
      const after = changed.buildStack.template
      const { Data: before, ...rest } = template.Resources.ComponentHarden?.Properties ?? {}
      expect(after.Resources.ComponentHarden?.Properties).toEqual({ ...rest, Data: `${before}# stricter\n` })
      // The recipe follows the build, so a new build makes a new version of the recipe.
      expect(named('ImageRecipe', 'gold-base')?.Components).toContainEqual({
        ComponentArn: '<ComponentHarden.Arn>',
      })
    },
    slow,
  )

  it.each([
    ['inline with 16,000 characters', 16_000, 'x', false],
    ['inline with 16,000 characters of two bytes', 16_000, 'é', false],
    ['through S3 with 16,001', 16_001, 'x', true],
    ['through S3 with 16,001 characters of two bytes', 16_001, 'é', true],
  ])(
    'go %s',
    async (_what, length, character, isByUri) => {
      const start = `${hardening}#`
      const text = `${start}${character.repeat(length - start.length)}`
      const { buildStack, outdir } = await synth(smallFleet(), { fleetDirectory: fleetDirectory(text) })
      const { Data, Uri } = buildStack.template.Resources.ComponentHarden?.Properties ?? {}
      const uri = isByUri ? expect.stringMatching(/^s3:\/\/.+\.yaml$/) : undefined
      expect({ Data, Uri }).toEqual({ Data: isByUri ? undefined : text, Uri: uri })
      const hash = String(Uri).match(/([0-9a-f]+)\.yaml$/)?.[1]
      if (isByUri) expect(readFileSync(assetIn(outdir, `${buildStack.name}.assets.json`, hash), 'utf8')).toBe(text)
    },
    slow,
  )
})

describe('recipes', () => {
  it('say in what CloudFormation replaces them for which tags AMIs get', async () => {
    const changed = smallFleet()
    Object.assign(changed.images.base?.tags ?? {}, { team: 'other' })
    const after = (await synth(changed)).buildStack.template
    const described = (of: Template, id: string) => of.Resources[id]?.Properties?.Description
    expect(described(template, 'ImageBaseRecipe')).toMatch(/^The base \(tags [0-9a-f]{8}\)$/)
    expect(described(after, 'ImageBaseRecipe')).not.toBe(described(template, 'ImageBaseRecipe'))
    expect(described(after, 'ImageApiRecipe')).toBe(described(template, 'ImageApiRecipe'))
  })

  it(
    'say what runs first and what stays, and are replaced when that changes',
    async () => {
      const made = async (more: object) => {
        const fleet = smallFleet()
        Object.assign(fleet.images.base ?? {}, more)
        const { Resources } = (await synth(fleet)).buildStack.template
        return {
          recipe: Resources.ImageBaseRecipe?.Properties ?? {},
          pipeline: Resources.ImageBasePipeline?.Properties ?? {},
        }
      }
      const { recipe, pipeline } = await made({
        userData: '#!/bin/sh\ntrue\n',
        uninstallSsmAgent: true,
        watermarks: ['golden'],
        testTimeout: 7_200,
      })
      expect(recipe).toMatchObject({
        AdditionalInstanceConfiguration: {
          UserDataOverride: { 'Fn::Base64': '#!/bin/sh\ntrue\n' },
          SystemsManagerAgent: { UninstallAfterBuild: true },
        },
        AmiWatermarks: ['golden'],
      })
      expect(pipeline).toMatchObject({
        ImageTestsConfiguration: { TimeoutMinutes: 120 },
        ImageTags: { team: 'platform' },
      })
      const others = await Promise.all([{}, { userData: 'true' }, { uninstallSsmAgent: true }].map(made))
      const descriptions = [recipe, ...others.map((other) => other.recipe)].map(({ Description }) => Description)
      expect(new Set(descriptions).size).toBe(descriptions.length)
      expect(descriptions[1]).toBe(template.Resources.ImageBaseRecipe?.Properties?.Description)
    },
    slow,
  )

  it('have a description that is short enough', async () => {
    const fleet = smallFleet()
    Object.assign(fleet.images.base ?? {}, { description: 'x'.repeat(1_024) })
    const { buildStack } = await synth(fleet)
    expect(String(buildStack.template.Resources.ImageBaseRecipe?.Properties?.Description)).toHaveLength(1_024)
  })

  it('name their parent as a parameter, and leave the version to Image Builder', () => {
    expect(named('ImageRecipe', 'gold-base')).toMatchObject({
      ParentImage: 'ssm:/gold/images/base/parent',
      Version: '1.0.x',
    })
    expect(named('ImageRecipe', 'gold-api')).toMatchObject({ ParentImage: 'ssm:/gold/images/api/parent' })
  })

  it('wait for the parameters', () => {
    for (const id of ['ImageBaseRecipe', 'ImageApiRecipe'])
      expect(template.Resources[id]?.DependsOn).toContain('Pointers')
  })

  it('have their components in order, with parameters', () => {
    expect(named('ImageRecipe', 'gold-base')?.Components).toEqual([
      { ComponentArn: 'arn:aws:imagebuilder:eu-west-1:aws:component/update-linux/x.x.x' },
      { ComponentArn: 'arn:aws:imagebuilder:eu-west-1:444455556666:component/agent/1.2.0/3' },
      { ComponentArn: '<ComponentHarden.Arn>' },
    ])
    expect(named('ImageRecipe', 'gold-api')?.Components).toEqual([
      { ComponentArn: '<ComponentService.Arn>', Parameters: [{ Name: 'Name', Value: ['api'] }] },
    ])
  })

  it("encrypt volumes with the fleet's key, the root also where an image above names it", () => {
    const root = [
      {
        DeviceName: '/dev/xvda',
        Ebs: {
          Encrypted: true,
          KmsKeyId: '<FleetKey.Arn>',
          VolumeSize: 30,
          VolumeType: 'gp3',
          Throughput: 250,
          DeleteOnTermination: true,
        },
      },
    ]
    for (const name of ['gold-base', 'gold-api']) expect(named('ImageRecipe', name)?.BlockDeviceMappings).toEqual(root)
  })

  it('name the root by its device, and say of each volume what the fleet says', async () => {
    const kmsKey = 'arn:aws:kms:us-west-2:111122223333:alias/golden'
    const said = `root: {}
    volumes:
      - { device: /dev/sdb }
      - { device: /dev/sdc, omit: true }
      - { device: /dev/sdf, snapshot: snap-0a1b2c3d, kmsKey: "${kmsKey}", deleteOnTermination: false }`
    const fleet = oneImage(
      ['platform: Linux, ami', 'platform: Linux, rootDevice: /dev/xvda, ami'],
      ['volumes: [{ device: /dev/xvda, size: 20 }]', said],
    )
    const { buildStack } = await synth(fleet)
    const [recipe] = Object.values(resourcesOf(buildStack.template, 'AWS::ImageBuilder::ImageRecipe'))
    const encrypted = { Encrypted: true, KmsKeyId: '<FleetKey.Arn>', DeleteOnTermination: true }
    expect(recipe?.BlockDeviceMappings).toEqual([
      { DeviceName: '/dev/xvda', Ebs: encrypted },
      { DeviceName: '/dev/sdb', Ebs: { ...encrypted, VolumeType: 'gp3' } },
      { DeviceName: '/dev/sdc', NoDevice: '' },
      {
        DeviceName: '/dev/sdf',
        Ebs: {
          Encrypted: true,
          KmsKeyId: kmsKey,
          DeleteOnTermination: false,
          VolumeType: 'gp3',
          SnapshotId: 'snap-0a1b2c3d',
        },
      },
    ])
    const role = statementsOf(buildStack.template, 'DistributionRole')
    expect(JSON.stringify(role)).toContain('alias/golden')
  })

  it('tag the AMI', () => {
    expect(named('ImageRecipe', 'gold-base')).toMatchObject({
      WorkingDirectory: '/tmp',
      AmiTags: { team: 'platform', 'rebake:fleet': 'gold', 'rebake:image': 'base' },
    })
  })
})

describe('pipelines', () => {
  it('have no schedule and distribute to nowhere', () => {
    const pipelines = Object.values(resourcesOf(template, 'AWS::ImageBuilder::ImagePipeline'))
    expect(pipelines.map(({ Name }) => Name)).toEqual(['gold-base', 'gold-api'])
    for (const pipeline of pipelines) {
      expect(pipeline).toMatchObject({ ExecutionRole: '<BakeRole.Arn>' })
      expect(pipeline).not.toHaveProperty('Schedule')
      expect(pipeline).not.toHaveProperty('DistributionConfigurationArn')
    }
  })

  it('test and scan where the fleet says so', () => {
    const switches = (name: string) => {
      const { ImageTestsConfiguration, ImageScanningConfiguration } = named('ImagePipeline', name) ?? {}
      return [ImageTestsConfiguration.ImageTestsEnabled, ImageScanningConfiguration.ImageScanningEnabled]
    }
    expect([switches('gold-base'), switches('gold-api')]).toEqual([
      [true, true],
      [false, false],
    ])
  })

  it('bake with a role that reads parents and can assume no other role', () => {
    expect(allowed(template, 'BakeRole')).toEqual({
      'ssm:GetParameter': ['arn:aws:ssm:eu-west-1:111122223333:parameter/gold/images/*/parent'],
    })
    expect(statementsOf(template, 'BakeRole')).toContainEqual({
      Effect: 'Deny',
      Action: ['sts:AssumeRole'],
      Resource: ['*'],
    })
  })
})

it('images log to groups of their own, and pipelines to one of the fleet', () => {
  const { LoggingConfiguration } = template.Resources.ImageBasePipeline?.Properties ?? {}
  expect(LoggingConfiguration).toEqual({
    ImageLogGroupName: { Ref: 'ImageBaseLogs' },
    PipelineLogGroupName: { Ref: 'PipelineLogs' },
  })
  expect(resourcesOf(template, 'AWS::Logs::LogGroup').PipelineLogs).toEqual({
    LogGroupName: '/aws/imagebuilder/pipeline/gold',
    RetentionInDays: 180,
  })
})

/** The file of an asset: where nothing is deployed, it stays where it was made. */
function assetIn(outdir: string, manifest: string, hash = ''): string {
  const { files } = JSON.parse(readFileSync(join(outdir, manifest), 'utf8')) as {
    files: Record<string, { source: { path: string } }>
  }
  return resolve(outdir, files[hash]?.source.path ?? '')
}
