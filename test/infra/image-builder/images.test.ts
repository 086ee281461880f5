import { beforeAll, describe, expect, it } from 'vitest'
import type { Template } from '../../../infra/synthesize.ts'
import { allowed, resourcesOf, statementsOf } from '../../support/template.ts'
import { fleetDirectory, hardening, slow, smallAssembly, smallFleet, synth } from '../fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).buildStack.template
}, slow)

const named = (type: string, name: string) =>
  Object.values(resourcesOf(template, `AWS::ImageBuilder::${type}`)).find(({ Name }) => Name === name)

describe('components', () => {
  it('come from files and from the fleet; those of others are used where they are', () => {
    expect(Object.keys(resourcesOf(template, 'AWS::ImageBuilder::Component'))).toEqual([
      'ComponentHarden',
      'ComponentService',
    ])
    expect(named('Component', 'gold-harden')).toMatchObject({ Platform: 'Linux', Data: hardening })
    expect(named('Component', 'gold-service')?.Data).toContain('echo {{ Name }}')
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

  it(
    'longer than CloudFormation takes inline go through S3',
    async () => {
      const long = `${hardening}#${'x'.repeat(16_000)}\n`
      const { buildStack } = await synth(smallFleet(), { fleetDirectory: fleetDirectory(long) })
      const { Data, Uri } = buildStack.template.Resources.ComponentHarden?.Properties ?? {}
      expect({ Data, Uri }).toEqual({ Data: undefined, Uri: expect.stringMatching(/^s3:\/\/.+\.yaml$/) })
    },
    slow,
  )
})

describe('recipes', () => {
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
