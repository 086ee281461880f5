import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { type LimitName, limits } from '../../domain/limits.ts'
import { excessesOf, type MeasuredTemplate } from '../../infra/template-limits.ts'
import { smallFleet } from './fixture.ts'

const fleet: Fleet = smallFleet()
const long = (length: number) => 'x'.repeat(length)
const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${i}`, 'value']))

interface Row {
  type: string
  /** A resource with so much of it. */
  of: (size: number) => Record<string, unknown>
}

/** For each limit of a resource: what counts. */
const rows: Partial<Record<LimitName, Row>> = {
  'inline-policies': {
    type: 'AWS::IAM::Role',
    // Two policies count together: `{"Statement":"..."}` has 16 characters beside the text.
    of: (n) => ({
      Policies: [{ PolicyDocument: { Statement: long(n - 1_032) } }, { PolicyDocument: { Statement: long(1_000) } }],
    }),
  },
  'trust-policy': { type: 'AWS::IAM::Role', of: (n) => ({ AssumeRolePolicyDocument: { Statement: long(n - 16) } }) },
  'role-name': { type: 'AWS::IAM::Role', of: (n) => ({ RoleName: long(n) }) },
  'role-description': { type: 'AWS::IAM::Role', of: (n) => ({ Description: long(n) }) },
  'managed-policy': { type: 'AWS::IAM::ManagedPolicy', of: (n) => ({ PolicyDocument: { Statement: long(n - 16) } }) },
  'key-policy': { type: 'AWS::KMS::Key', of: (n) => ({ KeyPolicy: { Statement: long(n - 16) } }) },
  'event-pattern': { type: 'AWS::Events::Rule', of: (n) => ({ EventPattern: { source: long(n - 13) } }) },
  'rule-name': { type: 'AWS::Events::Rule', of: (n) => ({ Name: long(n) }) },
  'rule-description': { type: 'AWS::Events::Rule', of: (n) => ({ Description: long(n) }) },
  'queue-policy': { type: 'AWS::SQS::QueuePolicy', of: (n) => ({ PolicyDocument: { Statement: long(n - 16) } }) },
  'topic-policy': { type: 'AWS::SNS::TopicPolicy', of: (n) => ({ PolicyDocument: { Statement: long(n - 16) } }) },
  'bucket-policy': { type: 'AWS::S3::BucketPolicy', of: (n) => ({ PolicyDocument: { Statement: long(n - 16) } }) },
  'bus-policy': { type: 'AWS::Events::EventBusPolicy', of: (n) => ({ Statement: { Sid: long(n - 49) } }) },
  'function-environment': {
    type: 'AWS::Lambda::Function',
    of: (n) => ({ Environment: { Variables: { A: long(n - 8) } } }),
  },
  'function-name': { type: 'AWS::Lambda::Function', of: (n) => ({ FunctionName: long(n) }) },
  'function-description': { type: 'AWS::Lambda::Function', of: (n) => ({ Description: long(n) }) },
  'state-machine-definition': { type: 'AWS::StepFunctions::StateMachine', of: (n) => ({ DefinitionString: long(n) }) },
  'state-machine-name': { type: 'AWS::StepFunctions::StateMachine', of: (n) => ({ StateMachineName: long(n) }) },
  'schedule-name': { type: 'AWS::Scheduler::Schedule', of: (n) => ({ Name: long(n) }) },
  'schedule-description': { type: 'AWS::Scheduler::Schedule', of: (n) => ({ Description: long(n) }) },
  'alarm-name': { type: 'AWS::CloudWatch::Alarm', of: (n) => ({ AlarmName: long(n) }) },
  'alarm-description': { type: 'AWS::CloudWatch::Alarm', of: (n) => ({ AlarmDescription: long(n) }) },
  'document-content': { type: 'AWS::SSM::Document', of: (n) => ({ Content: { mainSteps: long(n - 16) } }) },
  'component-data': { type: 'AWS::ImageBuilder::Component', of: (n) => ({ Data: long(n) }) },
  'image-builder-name': { type: 'AWS::ImageBuilder::ImageRecipe', of: (n) => ({ Name: long(n) }) },
  'image-builder-description': { type: 'AWS::ImageBuilder::ImagePipeline', of: (n) => ({ Description: long(n) }) },
  'working-directory': { type: 'AWS::ImageBuilder::ImageRecipe', of: (n) => ({ WorkingDirectory: long(n) }) },
  'recipe-components': { type: 'AWS::ImageBuilder::ImageRecipe', of: (n) => ({ Components: Array(n).fill({}) }) },
  'ami-tags': { type: 'AWS::ImageBuilder::ImageRecipe', of: (n) => ({ AmiTags: entries(n) }) },
  'instance-tags': {
    type: 'AWS::ImageBuilder::InfrastructureConfiguration',
    of: (n) => ({ ResourceTags: entries(n) }),
  },
}
/** What counts in a whole template. */
const wholes: Partial<Record<LimitName, { stack?: string; of: (size: number) => MeasuredTemplate }>> = {
  'stack-resources': {
    of: (n) => ({
      Resources: Object.fromEntries(Object.keys(entries(n)).map((id) => [id, { Type: 'AWS::SNS::Topic' }])),
    }),
  },
  'stack-parameters': { of: (n) => ({ Resources: {}, Parameters: entries(n) }) },
  'stack-outputs': { of: (n) => ({ Resources: {}, Outputs: entries(n) }) },
  'template-size': { of: (n) => ({ Resources: {}, Outputs: { a: long(n - 35) } }) },
  'stack-set-template-size': {
    stack: 'gold-target-account',
    of: (n) => ({ Resources: {}, Outputs: { a: long(n - 35) } }),
  },
}

const found = (template: MeasuredTemplate, stack = 'gold-build') =>
  excessesOf(stack, template, fleet).map(({ limit, found: size }) => [limit, size])

describe('a template', () => {
  it.each(Object.entries(rows))('%s', (name, { type, of }) => {
    const { most } = limits[name as LimitName]
    const template = (size: number) => ({ Resources: { Part: { Type: type, Properties: of(size) } } })
    const ofIt = (size: number) => found(template(size)).filter(([limit]) => limit === name)
    expect(ofIt(most)).toEqual([])
    expect(ofIt(most + 1)).toEqual([[name, most + 1]])
  })

  it.each(Object.entries(wholes))('%s', (name, { stack, of }) => {
    const { most } = limits[name as LimitName]
    expect(found(of(most), stack)).toEqual([])
    expect(found(of(most + 1), stack)).toContainEqual([name, most + 1])
  })

  it('is measured with texts in place of intrinsic functions', () => {
    const Resource = {
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::', { 'Fn::GetAtt': ['Bucket', 'Arn'] }]],
    }
    const statements = Array(1_000).fill(Resource)
    const [[, size] = []] = found({
      Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument: statements }] } } },
    })
    expect(Number(size) / 1_000).toBeGreaterThan(80)
    expect(Number(size) / 1_000).toBeLessThan(200)
  })
})

it('each limit is measured in a template, of the fleet alone, or in the account by the doctor', () => {
  const ofFleet: LimitName[] = ['ami-shares', 'component-document', 'workflow-data']
  const doctor = globSync('cli/doctor/*.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const measured = new Set<string>([...Object.keys(rows), ...Object.keys(wholes), ...ofFleet])
  const ofAccount = Object.keys(limits).filter((name) => !measured.has(name) && doctor.includes(`'${name}'`))
  expect([...measured, ...ofAccount].sort()).toEqual(Object.keys(limits).sort())
})

it.each(Object.entries(limits))('%s has a source and says what to do', (_, limit) => {
  expect(limit.source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//)
  expect(limit.fix).toMatch(/\.$/)
})

it('names the key of the fleet', () => {
  const template = {
    Resources: {
      ImageBaseRecipe: {
        Type: 'AWS::ImageBuilder::ImageRecipe',
        Properties: { Name: 'gold-base', Description: long(1_025) },
      },
    },
  }
  expect(excessesOf('gold-build', template, fleet).map(({ key }) => key)).toEqual(['images.base'])
})
