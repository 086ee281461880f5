import { beforeAll, describe, expect, it } from 'vitest'
import type { Fleet } from '../../../domain/fleet/model.ts'
import { oneImage } from '../../support/one-image.ts'
import { resourcesOf, statementsOf } from '../../support/template.ts'
import { slow, synth } from '../fixture.ts'

const workflows = `
workflows:
  bake:
    type: build
    description: Bakes
    document:
      parameters: [{ name: Machine, type: string, default: "arn:aws:states:us-west-2:111122223333:stateMachine:usual" }]
      steps:
        - { name: Launch, action: LaunchInstance, inputs: { waitFor: ssmAgent } }
        - { name: Install, action: ExecuteComponents, inputs: { "instanceId.$": $.stepOutputs.Launch.instanceId } }
        - { name: Snapshot, action: CreateImage, inputs: { "instanceId.$": $.stepOutputs.Launch.instanceId } }
        - { name: Attest, action: ExecuteStateMachine, inputs: { "stateMachineArn.$": $.parameters.Machine } }
        - { name: Tell, action: RunCommand, inputs: { documentName: tell, "instanceId.$": $.stepOutputs.Launch.instanceId } }
      outputs: [{ name: ImageId, value: $.stepOutputs.Snapshot.imageId }]
  probe: { arn: "arn:aws:imagebuilder:us-west-2:444455556666:workflow/test/probe/1.0.0/1" }
images:`

const fleetWith = (uses: string, ...changes: [string, string][]): Fleet =>
  oneImage(['\nimages:', workflows], ['    tags:', `    workflows: ${uses}\n    tags:`], ...changes)

describe('a pipeline with workflows', () => {
  const pipelineOf = async (fleet: Fleet) => {
    const { template } = (await synth(fleet)).buildStack
    return { template, pipeline: Object.values(resourcesOf(template, 'AWS::ImageBuilder::ImagePipeline'))[0] }
  }
  let made: Awaited<ReturnType<typeof pipelineOf>>
  beforeAll(async () => {
    const machine = 'arn:aws:states:us-west-2:111122223333:stateMachine:own'
    const use = `{ workflow: bake, parameters: { Machine: "${machine}" }, onFailure: abort }`
    made = await pipelineOf(fleetWith(`[${use}, { workflow: probe, onFailure: continue, parallelGroup: a }]`))
  }, slow)

  it('has them in order, with what they are given', () => {
    expect(made.pipeline?.Workflows).toEqual([
      {
        WorkflowArn: '<WorkflowBake.Arn>',
        OnFailure: 'ABORT',
        Parameters: [{ Name: 'Machine', Value: ['arn:aws:states:us-west-2:111122223333:stateMachine:own'] }],
      },
      {
        WorkflowArn: 'arn:aws:imagebuilder:us-west-2:444455556666:workflow/test/probe/1.0.0/1',
        OnFailure: 'CONTINUE',
        ParallelGroup: 'a',
      },
    ])
  })

  it('has a workflow of the same version for each document, which stays when it changes', () => {
    const [workflow] = Object.values(made.template.Resources).filter(
      ({ Type }) => Type === 'AWS::ImageBuilder::Workflow',
    )
    expect(workflow).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: { Type: 'BUILD', Description: 'Bakes', Version: expect.stringMatching(/^1\.0\./) },
    })
    expect(JSON.parse(String(workflow?.Properties?.Data)).steps).toHaveLength(5)
  })

  it('bakes with a role that may start what its documents name, by default or as the image says, and no more', () => {
    const arn = (name: string) => `arn:aws:states:us-west-2:111122223333:stateMachine:${name}`
    const statements = statementsOf(made.template, 'BakeRole')
    const allowed = (action: string) =>
      statements.filter(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes(action))
    expect(allowed('states:StartExecution').flatMap(({ Resource }) => Resource)).toEqual([arn('own'), arn('usual')])
    expect(allowed('states:DescribeExecution').flatMap(({ Resource }) => Resource)).toEqual([
      'arn:aws:states:us-west-2:111122223333:execution:own:*',
      'arn:aws:states:us-west-2:111122223333:execution:usual:*',
    ])
    const [documents, instances] = allowed('ssm:SendCommand')
    expect(JSON.stringify(documents?.Resource)).toContain('document/tell')
    expect(instances).toMatchObject({
      Condition: { StringEquals: { 'aws:ResourceTag/CreatedBy': 'EC2 Image Builder' } },
    })
  })

  it.each([
    ['a build alone', '[bake]', [], ['<WorkflowBake.Arn>', '/test/test-image/x.x.x']],
    ['a test alone', '[probe]', [], ['/build/build-image/x.x.x', '/test/probe/1.0.0/1']],
    ['a build, and no tests', '[bake]', [['    parent:', '    tests: false\n    parent:']], ['<WorkflowBake.Arn>']],
  ] as [string, string, [string, string][], string[]][])(
    "keeps Image Builder's own for the stage that it says nothing of: %s",
    async (_, uses, changes, arns) => {
      const { pipeline = {} } = await pipelineOf(fleetWith(uses, ...changes))
      const found = pipeline.Workflows.map(({ WorkflowArn }: { WorkflowArn: string }) => WorkflowArn)
      expect(found).toEqual(arns.map((arn) => expect.stringContaining(arn)))
    },
    slow,
  )
})

it(
  'gives the role of bakes nothing where no document needs it',
  async () => {
    const { template } = (await synth(oneImage())).buildStack
    expect(JSON.stringify(statementsOf(template, 'BakeRole'))).not.toMatch(/states:|SendCommand/)
  },
  slow,
)
