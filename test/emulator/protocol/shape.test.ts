import { AttributeValue$, UpdateItemInput$ } from '@aws-sdk/client-dynamodb'
import {
  CreateInfrastructureConfigurationRequest$,
  StartImagePipelineExecutionRequest$,
} from '@aws-sdk/client-imagebuilder'
import { GetParameterResult$, PutParameterRequest$ } from '@aws-sdk/client-ssm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toApiNames, toPascalNames } from '../../../emulator/protocol/casing.ts'
import { read, shapeOf, write } from '../../../emulator/protocol/shape.ts'

const problemsOf = (ref: Parameters<typeof shapeOf>[0], raw: unknown, options = {}) => {
  const problems: string[] = []
  read(shapeOf(ref), raw, problems, options)
  return problems
}

describe('read', () => {
  it.each([
    [
      'a member that the model does not have',
      { Name: 'a', Value: 'b', Colour: 1 },
      ['Colour is not a member of PutParameterRequest'],
    ],
    ['missing members', {}, ['Name is missing', 'Value is missing']],
    ['null for a missing member', { Name: null, Value: 'b' }, ['Name is missing']],
    ['a wrong type', { Name: 3, Value: 'b' }, ['Name is 3, expected a string']],
    ['a list that is none', { Name: 'a', Value: 'b', Tags: {} }, ['Tags is {}, expected a list']],
    ['what is wrong inside a list', { Name: 'a', Value: 'b', Tags: [{ Key: 'k' }] }, ['Tags[0].Value is missing']],
    ['no structure at all', 'x', ['the input is "x", expected a structure']],
    [
      'text for a boolean',
      { Name: 'a', Value: 'b', Overwrite: 'true' },
      ['Overwrite is "true", expected true or false'],
    ],
  ])('names %s', (_, raw, problems) => {
    expect(problemsOf(PutParameterRequest$, raw)).toEqual(problems)
  })

  it('takes text for scalars from a form', () => {
    expect(problemsOf(PutParameterRequest$, { Name: 'a', Value: 'b', Overwrite: 'true' }, { text: true })).toEqual([])
    expect(problemsOf(PutParameterRequest$, { Name: 'a', Value: 'b', Overwrite: 'yes' }, { text: true })).toHaveLength(
      1,
    )
  })

  it('makes the idempotency token that a caller left out', () => {
    const raw = { imagePipelineArn: 'arn' }
    const value = read(shapeOf(StartImagePipelineExecutionRequest$), raw, [], { token: () => 'made' })
    expect(value).toEqual({ imagePipelineArn: 'arn', clientToken: 'made' })
  })
})

describe('write', () => {
  const parameter = { Parameter: { Name: 'a', LastModifiedDate: new Date('2026-09-01T12:00:00.500Z') } }

  it.each([
    ['epoch', 1788264000.5],
    ['iso', '2026-09-01T12:00:00.500Z'],
  ] as const)('writes times as %s', (style, expected) => {
    const written = write(shapeOf(GetParameterResult$), parameter, style)
    expect(written).toEqual({ Parameter: { Name: 'a', LastModifiedDate: expected } })
  })

  it.each([
    [{ Parameter: { Name: 3 } }, '.Parameter.Name is 3, expected a string'],
    [{ Parameter: { LastModifiedDate: '2026' } }, 'expected a Date'],
    [{ Parameter: { Colour: 'red' } }, '.Parameter.Colour is not a member of Parameter'],
  ])('refuses %j loudly', (value, message) => {
    expect(() => write(shapeOf(GetParameterResult$), value, 'iso')).toThrow(message)
  })

  it('refuses a missing member', () => {
    expect(() => write(shapeOf(UpdateItemInput$), { TableName: 't' }, 'iso')).toThrow(
      '.Key of UpdateItemInput is missing',
    )
  })

  it('is what read undoes', () => {
    const { value } = fc.letrec<{ value: Record<string, unknown> }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.record({ S: fc.string() }),
        fc.record({ N: fc.integer().map(String) }),
        fc.record({ BOOL: fc.boolean() }),
        fc.record({ B: fc.uint8Array({ maxLength: 8 }) }),
        fc.record({ L: fc.array(tie('value'), { maxLength: 3 }) }),
        fc.record({
          M: fc.dictionary(
            fc.string({ minLength: 1 }).filter((k) => k !== '__proto__'),
            tie('value'),
            { maxKeys: 3 },
          ),
        }),
      ),
    }))
    fc.assert(
      fc.property(value, (item) => {
        const problems: string[] = []
        const wire = JSON.parse(JSON.stringify(write(shapeOf(AttributeValue$), item, 'epoch')))
        expect(read(shapeOf(AttributeValue$), wire, problems)).toEqual(item)
        expect(problems).toEqual([])
      }),
    )
  })
})

describe('names', () => {
  const api = {
    name: 'a',
    instanceProfileName: 'p',
    resourceTags: { cost: 'x', Team: 'y' },
    logging: { s3Logs: { s3BucketName: 'b' } },
    instanceTypes: ['t3.large'],
  }
  const pascal = {
    Name: 'a',
    InstanceProfileName: 'p',
    ResourceTags: { cost: 'x', Team: 'y' },
    Logging: { S3Logs: { S3BucketName: 'b' } },
    InstanceTypes: ['t3.large'],
  }
  const shape = shapeOf(CreateInfrastructureConfigurationRequest$)

  it('go both ways, and keys of maps stay', () => {
    expect(toApiNames(shape, pascal)).toEqual(api)
    expect(toPascalNames(shape, api)).toEqual(pascal)
  })

  it('stay where the model does not have them', () => {
    expect(toApiNames(shape, { Colour: { Deep: 1 } })).toEqual({ Colour: { Deep: 1 } })
  })
})
