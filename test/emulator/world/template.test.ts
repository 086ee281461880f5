import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { orderOf, resolverOf, type Template } from '../../../emulator/world/template.ts'

const place = { account: '111122223333', region: 'us-west-2', stack: 'golden' }
type Resources = Template['Resources']

/** What would be created in which order, with which properties. */
function deployed(resources: Resources, parameters: Template['Parameters'] = {}) {
  const order: string[] = []
  const properties: Record<string, Record<string, unknown>> = {}
  const template = { Resources: resources, Parameters: parameters }
  const made = (id: string) =>
    order.includes(id) ? { ref: `ref-${id}`, attributes: { Arn: `arn:${id}`, 'Endpoint.Port': 443 } } : undefined
  const resolve = resolverOf(template, place, 'emulator', made)
  for (const id of orderOf(template, place)) {
    properties[id] = resolve(resources[id]?.Properties ?? {}) as Record<string, unknown>
    order.push(id)
  }
  return { order, properties }
}

const other = { Type: 'AWS::SQS::Queue' }
const resolved = (value: unknown, parameters: Template['Parameters'] = {}) =>
  deployed({ Other: other, It: { Type: 'AWS::X::Y', Properties: { value } } }, parameters).properties.It?.value

describe('an intrinsic function', () => {
  it.each<[unknown, unknown]>([
    [{ Ref: 'Other' }, 'ref-Other'],
    [{ Ref: 'AWS::AccountId' }, '111122223333'],
    [{ Ref: 'AWS::Region' }, 'us-west-2'],
    [{ Ref: 'AWS::Partition' }, 'aws'],
    [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    [{ Ref: 'AWS::StackName' }, 'golden'],
    [{ Ref: 'AWS::StackId' }, 'arn:aws:cloudformation:us-west-2:111122223333:stack/golden/emulator'],
    [{ Ref: 'Size' }, 'large'],
    [{ 'Fn::GetAtt': ['Other', 'Arn'] }, 'arn:Other'],
    [{ 'Fn::GetAtt': 'Other.Endpoint.Port' }, 443],
    [{ 'Fn::GetAtt': ['Other', 'Endpoint', 'Port'] }, 443],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Other' }, 5]] }, 'a-ref-Other-5'],
    [
      { 'Fn::Sub': `\${AWS::Region}/\${Other}/\${Other.Arn}/\${!Literal}` },
      `us-west-2/ref-Other/arn:Other/\${Literal}`,
    ],
    [{ 'Fn::Sub': [`\${mine}-\${Other}`, { mine: { Ref: 'Size' } }] }, 'large-ref-Other'],
    [{ 'Fn::Select': ['1', ['a', { Ref: 'Other' }]] }, 'ref-Other'],
    [{ 'Fn::Select': [2, { 'Fn::Split': [':', 'a:b:c'] }] }, 'c'],
    [{ 'Fn::Split': [':', { 'Fn::GetAtt': ['Other', 'Arn'] }] }, ['arn', 'Other']],
    [{ 'Fn::Base64': { Ref: 'Size' } }, 'bGFyZ2U='],
    [
      [{ Ref: 'Other' }, { deep: [{ Ref: 'Size' }] }],
      ['ref-Other', { deep: ['large'] }],
    ],
    [{ a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    [['a', { Ref: 'AWS::NoValue' }], ['a']],
    [
      { Ref: 'Other', more: 'keys are no intrinsic' },
      { Ref: 'Other', more: 'keys are no intrinsic' },
    ],
    [null, null],
    [0, 0],
  ])('%j is %j', (value, expected) => {
    expect(resolved(value, { Size: { Default: 'large' } })).toEqual(expected)
  })

  it.each<[string, unknown, string]>([
    [
      'is not known',
      { 'Fn::ImportValue': 'x' },
      'golden: the emulator does not emulate the intrinsic function Fn::ImportValue',
    ],
    [
      'every object has',
      { 'Fn::constructor': 'x' },
      'golden: the emulator does not emulate the intrinsic function Fn::constructor',
    ],
    ['names nothing', { Ref: 'Nobody' }, 'golden: no resource Nobody'],
    ['names nothing inside a text', { 'Fn::Sub': `a \${Nobody.Arn}` }, 'golden: no resource Nobody'],
    [
      'asks for an attribute that the emulator does not give',
      { 'Fn::GetAtt': ['Other', 'QueueName'] },
      'golden: the emulator does not emulate the resource attribute QueueName of AWS::SQS::Queue (Other)',
    ],
  ])('that %s is an error that says so', (_, value, message) => {
    expect(() => resolved(value)).toThrow(message)
  })
})

describe('the order', () => {
  it('is that of the references, not of the template', () => {
    const { order } = deployed({
      Rule: { Type: 'T', Properties: { Arn: { 'Fn::GetAtt': ['Function', 'Arn'] } } },
      Function: { Type: 'T', Properties: { Role: { 'Fn::Sub': `\${Role.Arn}` } } },
      Role: { Type: 'T' },
    })
    expect(order).toEqual(['Role', 'Function', 'Rule'])
  })

  it.each([['Last'], [['Last', 'Middle']]])('respects DependsOn %j', (DependsOn) => {
    const { order } = deployed({
      First: { Type: 'T', DependsOn },
      Middle: { Type: 'T' },
      Last: { Type: 'T' },
    })
    expect(order.indexOf('First')).toBeGreaterThan(order.indexOf('Last'))
    expect(order).toHaveLength(3)
  })

  it.each<[string, Resources, string]>([
    ['itself', { A: { Type: 'T', Properties: { x: { Ref: 'A' } } } }, 'golden: A -> A is a circle'],
    [
      'what refers to it',
      { A: { Type: 'T', Properties: { x: { Ref: 'B' } } }, B: { Type: 'T', DependsOn: 'A' } },
      'golden: A -> B -> A is a circle',
    ],
  ])('does not exist for a resource that refers to %s', (_, resources, message) => {
    expect(() => deployed(resources)).toThrow(message)
  })

  it('puts everything after all that it needs, and creates it once, in any template without a circle', () => {
    const needs = fc.array(fc.array(fc.nat()), { minLength: 1, maxLength: 12 }).chain((lists) => {
      // Each may need those with a smaller number only; then the template is shuffled.
      const edges = lists.map((list, at) => (at === 0 ? [] : list.map((pick) => pick % at)))
      const all = edges.map((list, at) => [at, list] as const)
      return fc.shuffledSubarray(all, { minLength: all.length })
    })
    fc.assert(
      fc.property(needs, (all) => {
        const resources = Object.fromEntries(
          all.map(([at, list]) => [
            `R${at}`,
            { Type: 'T', Properties: { list: list.map((need) => ({ Ref: `R${need}` })) } },
          ]),
        )
        const { order } = deployed(resources)
        expect([...order].sort()).toEqual(Object.keys(resources).sort())
        for (const [at, list] of all)
          for (const need of list) expect(order.indexOf(`R${need}`)).toBeLessThan(order.indexOf(`R${at}`))
      }),
    )
  })
})
