import { pathToFileURL } from 'node:url'

import type { IResolvable } from 'aws-cdk-lib'
import type {
  CfnComponentProps,
  CfnContainerRecipeProps,
  CfnDistributionConfiguration,
  CfnDistributionConfigurationProps,
  CfnImagePipelineProps,
  CfnImageProps,
  CfnImageRecipeProps,
  CfnInfrastructureConfigurationProps,
  CfnLifecyclePolicyProps,
  CfnWorkflowProps,
} from 'aws-cdk-lib/aws-imagebuilder'
import { command } from '../../domain/command-text.ts'

/**
 * What becomes of a property of an Image Builder resource: keys of the fleet file say it, with `NAME` for a name in it; Rebake decides it,
 * as `rebake` says, or leaves it out, for the reason in `unset`; or there is no way to say it, for the reason in `unsupported`.
 */
type Row = { fleet: string[] } | { rebake: string } | { unset: string } | { unsupported: string }

/** What a value is made of, where that is a structure: not of a list, a token or a reference. */
type Structure<T> = Leaf<Items<NonNullable<T>>>
type Items<T> = T extends readonly (infer E)[] ? Items<E> : Exclude<T, IResolvable>
type Leaf<T> = [Extract<T, string>] extends [never] ? Exclude<T, number | boolean | Record<string, string>> : never

/** One row covers all of a structure, or each of its properties has one. */
type Cell<T> = [Structure<T>] extends [never] ? Row : Row | Rows<Structure<T>>
type Rows<P> = { [K in keyof P]-?: Cell<P[K]> }

/** The CDK has `any` for these two. */
type Distribution = Omit<
  CfnDistributionConfiguration.DistributionProperty,
  'amiDistributionConfiguration' | 'containerDistributionConfiguration'
> & {
  amiDistributionConfiguration?: CfnDistributionConfiguration.AmiDistributionConfigurationProperty
  containerDistributionConfiguration?: CfnDistributionConfiguration.ContainerDistributionConfigurationProperty
}
type DistributionConfiguration = Omit<CfnDistributionConfigurationProps, 'distributions'> & {
  distributions: Distribution[]
}

interface Resources {
  InfrastructureConfiguration: Rows<CfnInfrastructureConfigurationProps>
  Component: Rows<CfnComponentProps>
  ImageRecipe: Rows<CfnImageRecipeProps>
  ImagePipeline: Rows<CfnImagePipelineProps>
  Workflow: Rows<CfnWorkflowProps>
  DistributionConfiguration: Rows<DistributionConfiguration>
  LifecyclePolicy: Rows<CfnLifecyclePolicyProps>
  Image: Rows<CfnImageProps>
  ContainerRecipe: Rows<CfnContainerRecipeProps>
}

const byFleetName = { rebake: 'The name of the fleet and that in the fleet file: `FLEET-NAME`.' }
const versions = { rebake: 'Image Builder counts them: a change of the fleet file makes the next.' }
const ownTags = { unset: 'CloudFormation gives it those of the stack.' }
const managedKey = {
  unsupported:
    'Image Builder encrypts it with a key of its own. A document holds no secrets: it reads them by their names.',
}
const containers = {
  unsupported: 'An image of a fleet is an AMI: [decision 55](decisions/0055-an-image-is-an-ami.md).',
}
const retirement = {
  unsupported:
    '`retirement` of the fleet file does it: a lifecycle policy does not ask what uses an AMI, and knows no releases and no rings.',
}
const images = { unsupported: 'A deployment bakes nothing. Campaigns start pipelines, which make images.' }

const accountByAccount = {
  unset: 'AMIs are shared account by account, so that `except` holds, and the ledger knows who has them.',
}

/** Every property of every resource of Image Builder that CloudFormation knows. */
export const properties: Resources = {
  InfrastructureConfiguration: {
    name: byFleetName,
    description: { fleet: ['infrastructure.NAME.description'] },
    instanceTypes: { fleet: ['infrastructure.NAME.instanceTypes'] },
    instanceProfileName: {
      fleet: [
        'infrastructure.NAME.reads',
        'infrastructure.NAME.writes',
        'infrastructure.NAME.kmsKeys',
        'infrastructure.NAME.policies',
        'infrastructure.NAME.permissionsBoundary',
      ],
    },
    keyPair: { fleet: ['infrastructure.NAME.keyPair'] },
    subnetId: { fleet: ['infrastructure.NAME.network.subnets', 'network.subnets'] },
    securityGroupIds: { fleet: ['infrastructure.NAME.network.securityGroups', 'network.securityGroups'] },
    placement: {
      availabilityZone: { fleet: ['infrastructure.NAME.placement.availabilityZone'] },
      tenancy: { fleet: ['infrastructure.NAME.placement.tenancy'] },
      hostId: { fleet: ['infrastructure.NAME.placement.host'] },
      hostResourceGroupArn: { fleet: ['infrastructure.NAME.placement.hostResourceGroup'] },
    },
    instanceMetadataOptions: {
      httpPutResponseHopLimit: { fleet: ['infrastructure.NAME.hopLimit'] },
      httpTokens: { rebake: '`required`: version 2 of the metadata service alone.' },
    },
    logging: {
      s3Logs: {
        s3BucketName: { fleet: ['infrastructure.NAME.logs.bucket'] },
        s3KeyPrefix: { fleet: ['infrastructure.NAME.logs.prefix'] },
      },
    },
    resourceTags: { fleet: ['infrastructure.NAME.tags'] },
    terminateInstanceOnFailure: { fleet: ['infrastructure.NAME.terminateOnFailure'] },
    terminateInstanceOnCompletion: {
      unsupported:
        'An instance that a bake has left after its success only costs: `terminateOnFailure` keeps those that there is something to see on.',
    },
    snsTopicArn: {
      unset: 'Image Builder sends its events to EventBridge as well, and the fleet reads them there.',
    },
    parentInstance: {
      unsupported:
        'A build on an instance that runs already is not made of the parent alone, and the fleet could not say what is in the AMI.',
    },
    tags: ownTags,
  },
  Component: {
    name: byFleetName,
    description: { fleet: ['components.NAME.description'] },
    platform: { fleet: ['components.NAME.platform'] },
    supportedOsVersions: { fleet: ['components.NAME.supportedOsVersions'] },
    data: { fleet: ['components.NAME.file', 'components.NAME.document'] },
    uri: { fleet: ['components.NAME.uri', 'components.NAME.file'] },
    version: versions,
    changeDescription: { unset: 'what changed is in the history of the fleet file.' },
    kmsKeyId: managedKey,
    tags: ownTags,
  },
  ImageRecipe: {
    name: byFleetName,
    description: { fleet: ['images.NAME.description'] },
    parentImage: { fleet: ['images.NAME.parent'] },
    components: {
      componentArn: { fleet: ['images.NAME.components[].component', 'components.NAME.arn'] },
      parameters: {
        name: { fleet: ['images.NAME.components[].parameters'] },
        value: { fleet: ['images.NAME.components[].parameters'] },
      },
    },
    blockDeviceMappings: {
      deviceName: { fleet: ['images.NAME.volumes[].device', 'images.NAME.root'] },
      noDevice: { fleet: ['images.NAME.volumes[].omit'] },
      virtualName: {
        unsupported:
          'An instance store is empty on each instance: nothing of an image is on it. Launch templates name it.',
      },
      ebs: {
        volumeSize: { fleet: ['images.NAME.volumes[].size', 'images.NAME.root.size'] },
        volumeType: { fleet: ['images.NAME.volumes[].type', 'images.NAME.root.type'] },
        iops: { fleet: ['images.NAME.volumes[].iops', 'images.NAME.root.iops'] },
        throughput: { fleet: ['images.NAME.volumes[].throughput', 'images.NAME.root.throughput'] },
        snapshotId: { fleet: ['images.NAME.volumes[].snapshot'] },
        kmsKeyId: { fleet: ['images.NAME.volumes[].kmsKey', 'images.NAME.root.kmsKey'] },
        encrypted: { rebake: '`true`: every volume of an image is encrypted.' },
        deleteOnTermination: {
          fleet: ['images.NAME.volumes[].deleteOnTermination', 'images.NAME.root.deleteOnTermination'],
        },
      },
    },
    additionalInstanceConfiguration: {
      userDataOverride: { fleet: ['images.NAME.userData'] },
      systemsManagerAgent: { uninstallAfterBuild: { fleet: ['images.NAME.uninstallSsmAgent'] } },
    },
    amiTags: { fleet: ['images.NAME.tags'] },
    amiWatermarks: { fleet: ['images.NAME.watermarks'] },
    workingDirectory: { fleet: ['images.NAME.workingDirectory'] },
    version: versions,
    tags: ownTags,
  },
  ImagePipeline: {
    name: byFleetName,
    description: { fleet: ['images.NAME.description'] },
    imageRecipeArn: {
      rebake: 'The recipe of the image. `images.NAME.pipeline` names a pipeline that has one already.',
    },
    containerRecipeArn: containers,
    infrastructureConfigurationArn: { fleet: ['images.NAME.infrastructure'] },
    distributionConfigurationArn: {
      unset: 'an AMI leaves the build account after its checks, ring by ring, in distributions of its own.',
    },
    executionRole: { rebake: 'A role of the fleet, which may bake and may not distribute.' },
    enhancedImageMetadataEnabled: { unset: 'the default is `true`, as checks and release notes need the packages.' },
    imageScanningConfiguration: {
      imageScanningEnabled: { fleet: ['images.NAME.scanning'] },
      imageScanningTypes: { unset: 'by default the test instance is scanned.' },
      scanResultCondition: {
        unsupported: '`checks.vulnerabilities` judges findings, with waivers and messages that name them.',
      },
      ecrConfiguration: containers,
    },
    imageTestsConfiguration: {
      imageTestsEnabled: { fleet: ['images.NAME.tests'] },
      timeoutMinutes: { fleet: ['images.NAME.testTimeout'] },
    },
    imageTags: { fleet: ['images.NAME.tags'] },
    loggingConfiguration: {
      imageLogGroupName: { rebake: 'A log group for each image, with a retention.' },
      pipelineLogGroupName: { rebake: 'One log group for the pipelines of the fleet, with a retention.' },
    },
    workflows: {
      workflowArn: { fleet: ['images.NAME.workflows[].workflow', 'workflows.NAME.arn'] },
      parameters: {
        name: { fleet: ['images.NAME.workflows[].parameters'] },
        value: { fleet: ['images.NAME.workflows[].parameters'] },
      },
      onFailure: { fleet: ['images.NAME.workflows[].onFailure'] },
      parallelGroup: { fleet: ['images.NAME.workflows[].parallelGroup'] },
    },
    schedule: {
      unset:
        'upstreams, `patchCycles`, `cves` and people start bakes, each once. A schedule beside them would bake twice.',
    },
    status: { unset: 'the default is `ENABLED`.' },
    tags: ownTags,
  },
  Workflow: {
    name: byFleetName,
    description: { fleet: ['workflows.NAME.description'] },
    type: { fleet: ['workflows.NAME.type'] },
    data: { fleet: ['workflows.NAME.file', 'workflows.NAME.document'] },
    uri: { unset: `a document that is longer than a request takes is an error of ${command('check')}.` },
    version: versions,
    changeDescription: { unset: 'what changed is in the history of the fleet file.' },
    kmsKeyId: managedKey,
    tags: ownTags,
  },
  DistributionConfiguration: {
    name: { rebake: 'The names of the fleet, the image and the ring: `FLEET-IMAGE-RING`.' },
    description: { rebake: 'Which image goes to which ring.' },
    distributions: {
      region: { fleet: ['rings.NAME.regions'] },
      amiDistributionConfiguration: {
        name: {
          rebake:
            'The names of the fleet and the image, and the time: what makes it unique in each account. Pointers name AMIs, and people need not.',
        },
        description: { rebake: 'The image, its version and the AMI that it was baked on.' },
        amiTags: { fleet: ['images.NAME.tags', 'rings.NAME.tags'] },
        kmsKeyId: { fleet: ['rings.NAME.kmsKeys'] },
        targetAccountIds: {
          fleet: [
            'rings.NAME.accounts',
            'rings.NAME.organizationalUnits',
            'rings.NAME.organization',
            'rings.NAME.except',
          ],
        },
        launchPermissionConfiguration: {
          userIds: {
            fleet: [
              'rings.NAME.mode',
              'rings.NAME.accounts',
              'rings.NAME.organizationalUnits',
              'rings.NAME.organization',
            ],
          },
          organizationArns: accountByAccount,
          organizationalUnitArns: accountByAccount,
          userGroups: {
            unsupported:
              'It makes an AMI public. EC2 makes no encrypted AMI public, and each image of a fleet is encrypted.',
          },
        },
      },
      licenseConfigurationArns: { fleet: ['rings.NAME.licenses'] },
      launchTemplateConfigurations: {
        unset:
          'functions write the `launchTemplates` of a ring when all of its copies are verified, and set them back in a rollback.',
      },
      ssmParameterConfigurations: {
        unset:
          'functions write the `parameter` of a ring when all of its copies are verified, and set it back in a rollback.',
      },
      fastLaunchConfigurations: {
        unsupported:
          'It keeps snapshots and instances in each target, which no retirement of a release would find and remove.',
      },
      containerDistributionConfiguration: containers,
    },
    tags: { unset: 'it goes with the release that it was made for.' },
  },
  LifecyclePolicy: {
    name: retirement,
    description: retirement,
    executionRole: retirement,
    policyDetails: retirement,
    resourceSelection: retirement,
    resourceType: retirement,
    status: retirement,
    tags: retirement,
  },
  Image: {
    imageRecipeArn: images,
    containerRecipeArn: images,
    infrastructureConfigurationArn: images,
    distributionConfigurationArn: images,
    executionRole: images,
    enhancedImageMetadataEnabled: images,
    imagePipelineExecutionSettings: images,
    imageScanningConfiguration: images,
    imageTestsConfiguration: images,
    loggingConfiguration: images,
    workflows: images,
    deletionSettings: images,
    tags: images,
  },
  ContainerRecipe: {
    name: containers,
    description: containers,
    version: containers,
    parentImage: containers,
    components: containers,
    containerType: containers,
    dockerfileTemplateData: containers,
    dockerfileTemplateUri: containers,
    imageOsVersionOverride: containers,
    platformOverride: containers,
    instanceConfiguration: containers,
    kmsKeyId: containers,
    targetRepository: containers,
    workingDirectory: containers,
    tags: containers,
  },
}

const isRow = (cell: object): cell is Row =>
  'fleet' in cell || 'rebake' in cell || 'unset' in cell || 'unsupported' in cell

/** The rows of a resource, each with the path of its property, such as `placement.tenancy`. */
export const rowsOf = (cells: object, under = ''): [path: string, row: Row][] =>
  Object.entries(cells).flatMap(([name, cell]: [string, object]) => {
    const path = `${under}${name[0]?.toUpperCase()}${name.slice(1)}`
    return isRow(cell) ? [[path, cell] satisfies [string, Row]] : rowsOf(cell, `${path}.`)
  })

const text = (row: Row): [who: string, what: string] => {
  if ('fleet' in row) return ['the fleet file', row.fleet.map((key) => `\`${key}\``).join(', ')]
  if ('rebake' in row) return ['Rebake', row.rebake]
  return 'unset' in row ? ['Rebake', `Left out: ${row.unset}`] : ['not supported', row.unsupported]
}

const tableOf = ([resource, cells]: [string, object]) => `
## AWS::ImageBuilder::${resource}
${resource === 'DistributionConfiguration' ? atRunTime : ''}
| property | said by | how |
| --- | --- | --- |
${rowsOf(cells)
  .map(([path, row]) => `| \`${path}\` | ${text(row).join(' | ')} |`)
  .join('\n')}
`

const atRunTime = `
No template has one: \`start-distribution\` makes it when an image comes to a ring, and it goes with the release.
`

/** docs/image-builder.md. */
export const propertiesReference = (): string => `# Image Builder in the fleet file

<!-- Generated from infra/image-builder/properties.ts by \`npm run reference\`. -->

Each property that CloudFormation knows of a resource of Image Builder, and who says it: a key of the [fleet file](fleet.md), or Rebake.
What is not supported has its reason. Pipelines that exist already keep all that they have.
${Object.entries(properties).map(tableOf).join('')}`

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(propertiesReference())
