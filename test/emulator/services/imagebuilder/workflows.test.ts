import {
  CreateImageCommand,
  type CreateImageCommandInput,
  GetImageCommand,
  GetImagePipelineCommand,
  GetWorkflowCommand,
  ImagebuilderClient,
  UpdateImagePipelineCommand,
  type WorkflowConfiguration,
} from '@aws-sdk/client-imagebuilder'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Statement } from '../../../../emulator/iam/policy.ts'
import type { Outcome } from '../../../../emulator/services/imagebuilder/images.ts'
import { build, clientOptions, roleWith, type Served, seedFleet, served, trusting } from '../../accounts.ts'

const executionRole = `arn:aws:iam::${build.account}:role/bakes`
const managed = (name: string) => `arn:aws:imagebuilder:${build.region}:aws:workflow/${name}/x.x.x`
const machine = `arn:aws:states:${build.region}:${build.account}:stateMachine:attest`

let world: Served
let client: ImagebuilderClient
let settings: CreateImageCommandInput
beforeEach(async () => {
  world = await served(1)
  const { recipe, infrastructure } = seedFleet(world)
  client = new ImagebuilderClient(clientOptions(world))
  settings = {
    imageRecipeArn: recipe,
    infrastructureConfigurationArn: infrastructure,
    executionRole,
    clientToken: 'one',
  }
  mayDo()
})
afterEach(() => world.close())

const mayDo = (...statements: Statement[]) =>
  roleWith(world.aws, statements, { name: 'bakes', trust: trusting({ Service: 'imagebuilder.amazonaws.com' }) })

const launch = { name: 'Launch', action: 'LaunchInstance', inputs: { waitFor: 'ssmAgent' } }
const on = { 'instanceId.$': '$.stepOutputs.Launch.instanceId' }
const snapshot = { name: 'Snapshot', action: 'CreateImage', inputs: on }
const attest = {
  name: 'Attest',
  action: 'ExecuteStateMachine',
  inputs: { 'stateMachineArn.$': '$.parameters.Machine' },
}
const document = {
  schemaVersion: 1.0,
  parameters: [
    { name: 'Machine', type: 'string', default: machine },
    { name: 'Strict', type: 'boolean', default: true },
  ],
  steps: [launch, snapshot] as object[],
  outputs: [{ name: 'ImageId', value: '$.stepOutputs.Snapshot.imageId' }],
}

const make = (changed: object = {}, Type = 'BUILD') => {
  const Data = JSON.stringify({ ...document, ...changed })
  return world.aws.imagebuilder.createFromTemplate(
    'AWS::ImageBuilder::Workflow',
    { Name: 'ours', Version: '1.0.0', Type, Data },
    build,
  ).ref
}
const test = (steps: object[] = [launch]) => make({ steps, outputs: [] }, 'TEST')

const ended = async (workflows: WorkflowConfiguration[], outcome: Outcome = {}) => {
  world.aws.imagebuilder.outcome = () => outcome
  const { imageBuildVersionArn } = await client.send(new CreateImageCommand({ ...settings, workflows }))
  world.clock.run()
  const { image } = await client.send(new GetImageCommand({ imageBuildVersionArn }))
  const passed = world.events.flatMap(({ detail }) => (detail as { state?: { status: string } }).state?.status ?? [])
  const { state } = world.aws.imagebuilder.images.get(imageBuildVersionArn ?? '').image
  return { ...state, amis: image?.outputResources?.amis?.length, passed }
}

describe('a workflow', () => {
  it('is there by its ARN, and a changed document is the next build', async () => {
    const first = make()
    expect(first).toMatch(/:workflow\/build\/ours\/1\.0\.0\/1$/)
    const { workflow } = await client.send(new GetWorkflowCommand({ workflowBuildVersionArn: first }))
    expect(workflow).toMatchObject({ type: 'BUILD', data: JSON.stringify(document) })
    expect(make({ description: 'another' })).toMatch(/1\.0\.0\/2$/)
    expect(() => make({ description: 'another' })).toThrow(/ours\/1.0.0\/2', which exists/)
  })

  it.each<[string, object, string]>([
    ['another schema', { schemaVersion: 2 }, 'Its schemaVersion is not 1.0.'],
    ['no steps', { steps: [] }, 'It has 0 steps, and may have 1 to 15.'],
    ['a name with a space', { steps: [{ ...launch, name: 'La unch' }] }, 'The name of step 1 is not valid.'],
    ['a name twice', { steps: [launch, launch] }, 'The step Launch is there twice.'],
    [
      'an action that there is not',
      { steps: [{ ...launch, action: 'Launch' }] },
      'The action Launch of the step Launch',
    ],
    [
      'an action of tests',
      { steps: [{ ...launch, action: 'CollectImageScanFindings' }] },
      'CollectImageScanFindings is not for workflows of type BUILD',
    ],
    ['no input', { steps: [{ name: 'Launch', action: 'LaunchInstance' }] }, 'The step Launch has no input waitFor.'],
    ['a step that comes later', { steps: [snapshot, launch] }, 'The step Snapshot refers to Launch'],
    ['a long document', { description: 'x'.repeat(16_000) }, 'more than 16000 characters'],
  ])('is refused with %s', (_, changed, message) => expect(() => make(changed)).toThrow(message))
})

describe('an image with workflows', () => {
  it('is built and tested by them', async () => {
    const { status, amis, passed } = await ended([{ workflowArn: make() }, { workflowArn: test() }])
    expect({ status, amis }).toEqual({ status: 'AVAILABLE', amis: 1 })
    expect(passed).toContain('TESTING')
  })

  it('is not tested where none of them tests', async () => {
    const { status, passed } = await ended([{ workflowArn: managed('build/build-image') }])
    expect(status).toBe('AVAILABLE')
    expect(passed).not.toContain('TESTING')
  })

  it('goes on after a failed test where each says so', async () => {
    const [workflowArn, built] = [test(), { workflowArn: managed('build/build-image') }]
    const failing: Outcome = { failsAt: 'TESTING' }
    expect(await ended([built, { workflowArn, onFailure: 'CONTINUE' }], failing)).toMatchObject({ status: 'AVAILABLE' })
    settings = { ...settings, clientToken: 'two' }
    expect(await ended([built, { workflowArn }], failing)).toMatchObject({ status: 'FAILED' })
  })

  it('fails where its role may not start what a step starts, and not where a condition skips it', async () => {
    const workflowArn = make({
      steps: [launch, snapshot, { ...attest, if: { booleanEquals: true, value: '$.parameters.Strict' } }],
    })
    expect(await ended([{ workflowArn }])).toMatchObject({
      status: 'FAILED',
      reason: `The workflow step Attest failed: the execution role is not authorized to perform states:StartExecution on ${machine}.`,
      failureContext: { failedStep: 'Attest' },
    })
    settings = { ...settings, clientToken: 'two' }
    const parameters = [{ name: 'Strict', value: ['false'] }]
    expect(await ended([{ workflowArn, parameters }])).toMatchObject({ status: 'AVAILABLE' })
    settings = { ...settings, clientToken: 'three' }
    mayDo(
      { Effect: 'Allow', Action: ['states:StartExecution'], Resource: machine },
      {
        Effect: 'Allow',
        Action: ['states:DescribeExecution'],
        Resource: `${machine.replace('stateMachine', 'execution')}:*`,
      },
    )
    expect(await ended([{ workflowArn }])).toMatchObject({ status: 'AVAILABLE' })
  })

  it('fails where the build says no AMI, or the step that makes it is skipped', async () => {
    expect(await ended([{ workflowArn: make({ outputs: [] }) }])).toMatchObject({
      status: 'FAILED',
      reason: 'The build workflow has no output ImageId.',
    })
    settings = { ...settings, clientToken: 'two' }
    const never = { or: [{ not: { numberEquals: 1, value: '1' } }, { stringEquals: 'a', value: 'b' }] }
    const skipped = make({ steps: [launch, { ...snapshot, if: never }] })
    expect(await ended([{ workflowArn: skipped }])).toMatchObject({ status: 'FAILED' })
  })

  it('is not emulated without a build', async () => {
    await expect(ended([{ workflowArn: test() }])).rejects.toThrow('workflows that skip the build of an image')
  })
})

describe('workflows are refused', () => {
  const two = () => [{ workflowArn: make() }, { workflowArn: make({ description: 'b' }) }]
  const cases: [string, () => WorkflowConfiguration[], string][] = [
    ['of which two build', two, 'An image has one build workflow.'],
    ['of which eleven test', () => Array(11).fill({ workflowArn: managed('test/test-image') }), 'ten test workflows'],
    [
      'of AWS with a version',
      () => [{ workflowArn: managed('build/build-image').replace('x.x.x', '1.0.1/1') }],
      "AWS managed workflows must have latest version 'x.x.x'",
    ],
    ['that are not there', () => [{ workflowArn: make().replace('ours', 'no') }], 'does not exist'],
    ['that build in a group', () => [{ workflowArn: make(), parallelGroup: 'a' }], 'is no test workflow'],
    [
      'with a parameter that there is not',
      () => [{ workflowArn: make(), parameters: [{ name: 'No', value: ['1'] }] }],
      'declares no parameter No',
    ],
    [
      'with a parameter of another type',
      () => [{ workflowArn: make(), parameters: [{ name: 'Strict', value: ['yes'] }] }],
      'The parameter Strict is no boolean.',
    ],
    [
      'without a parameter that has no default',
      () => [{ workflowArn: make({ parameters: [{ name: 'Level', type: 'integer' }] }) }],
      'needs the parameter Level',
    ],
  ]

  it.each(cases)('%s: of an image, and of a pipeline that is made or changed', async (_, workflows, message) => {
    const given = workflows()
    await expect(client.send(new CreateImageCommand({ ...settings, workflows: given }))).rejects.toThrow(message)
    const { ref: imagePipelineArn } = world.aws.imagebuilder.createFromTemplate(
      'AWS::ImageBuilder::ImagePipeline',
      {
        Name: 'sound',
        ImageRecipeArn: settings.imageRecipeArn,
        InfrastructureConfigurationArn: settings.infrastructureConfigurationArn,
        ExecutionRole: executionRole,
      },
      build,
    )
    const { imageRecipeArn, infrastructureConfigurationArn } = settings
    const wanted = { imagePipelineArn, imageRecipeArn, infrastructureConfigurationArn, clientToken: 'two' }
    await expect(client.send(new UpdateImagePipelineCommand({ ...wanted, workflows: given }))).rejects.toThrow(message)
    const { imagePipeline } = await client.send(new GetImagePipelineCommand({ imagePipelineArn }))
    expect(imagePipeline?.workflows).toBeUndefined()
    const Workflows = given.map(({ workflowArn, parallelGroup, parameters }) => ({
      WorkflowArn: workflowArn,
      ParallelGroup: parallelGroup,
      Parameters: parameters?.map(({ name, value }) => ({ Name: name, Value: value })),
    }))
    expect(() =>
      world.aws.imagebuilder.createFromTemplate(
        'AWS::ImageBuilder::ImagePipeline',
        {
          Name: 'odd',
          ImageRecipeArn: imageRecipeArn,
          InfrastructureConfigurationArn: infrastructureConfigurationArn,
          Workflows: JSON.parse(JSON.stringify(Workflows)),
        },
        build,
      ),
    ).toThrow(message)
  })
})
