import { describe, expect, it } from 'vitest'
import { modelOf, serviceOf } from '../../../emulator/protocol/models.ts'
import { decode, encode, encodeError, type WireRequest } from '../../../emulator/protocol/wire.ts'
import { AwsError } from '../../../emulator/services/types.ts'

const request = (o: Partial<WireRequest>): WireRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: {},
  body: '',
  ...o,
})

describe('decode', () => {
  it.each<[string, string, Partial<WireRequest>, string, unknown]>([
    [
      'JSON, by its target',
      'stepfunctions',
      { headers: { 'x-amz-target': 'AWSStepFunctions.StopExecution' }, body: '{"executionArn":"a"}' },
      'StopExecution',
      { executionArn: 'a' },
    ],
    [
      'JSON without a body',
      'ssm',
      { headers: { 'x-amz-target': 'AmazonSSM.DescribeParameters' } },
      'DescribeParameters',
      {},
    ],
    [
      'a list with many members',
      'ec2',
      {
        body: 'Action=DescribeImages&ImageId.1=ami-1&ImageId.2=ami-2&Filter.1.Name=state&Filter.1.Value.1=a&MaxResults=5&DryRun=false',
      },
      'DescribeImages',
      {
        ImageIds: ['ami-1', 'ami-2'],
        Filters: [{ Name: 'state', Values: ['a'] }],
        MaxResults: 5,
        DryRun: false,
      },
    ],
    [
      'more than nine items in their order',
      'ec2',
      { body: `Action=DescribeImages&${[...Array(11).keys()].map((i) => `Owner.${i + 1}=${i}`).join('&')}` },
      'DescribeImages',
      { Owners: [...Array(11).keys()].map(String) },
    ],
    [
      'a map',
      'sns',
      {
        body: 'Action=Publish&Version=2010-03-31&Message=a%20b&MessageAttributes.entry.1.Name=k&MessageAttributes.entry.1.Value.DataType=String',
      },
      'Publish',
      { Message: 'a b', MessageAttributes: { k: { DataType: 'String' } } },
    ],
    [
      'a member list',
      'sts',
      { body: 'Action=AssumeRole&RoleArn=r&RoleSessionName=s&PolicyArns.member.1.arn=p' },
      'AssumeRole',
      { RoleArn: 'r', RoleSessionName: 's', PolicyArns: [{ arn: 'p' }] },
    ],
    [
      'an unknown key, for validation to name',
      'ec2',
      { body: 'Action=DescribeImages&Colour=red' },
      'DescribeImages',
      { Colour: true },
    ],
    [
      'a path with a label',
      'lambda',
      { method: 'GET', path: '/2015-03-31/functions/a%3Ab/configuration', query: 'Qualifier=1' },
      'GetFunctionConfiguration',
      { FunctionName: 'a:b', Qualifier: '1' },
    ],
    [
      'a path with a slash at its end',
      'lambda',
      { method: 'GET', path: '/2015-03-31/functions/', query: 'MaxItems=3' },
      'ListFunctions',
      { MaxItems: 3 },
    ],
    [
      'an ARN in a path',
      'imagebuilder',
      { method: 'GET', path: '/tags/arn%3Aaws%3Aimagebuilder%3Aa%2Fb' },
      'ListTagsForResource',
      { resourceArn: 'arn:aws:imagebuilder:a/b' },
    ],
    [
      'a body beside a path',
      'imagebuilder',
      { path: '/tags/arn', body: '{"tags":{"a":"b"}}' },
      'TagResource',
      { resourceArn: 'arn', tags: { a: 'b' } },
    ],
    [
      'a list in a query',
      'imagebuilder',
      { method: 'DELETE', path: '/tags/arn', query: 'tagKeys=a&tagKeys=b' },
      'UntagResource',
      { resourceArn: 'arn', tagKeys: ['a', 'b'] },
    ],
  ])('%s', async (_, service, o, operation, input) => {
    expect(decode(await modelOf(service), request(o))).toEqual({ operation, input })
  })

  it.each([
    ['ssm', { headers: { 'x-amz-target': 'AmazonSSM.Nonsense' } }, 'operation ssm Nonsense'],
    ['imagebuilder', { method: 'GET', path: '/Nonsense' }, 'request imagebuilder GET /Nonsense'],
    ['sns', { body: 'x=1' }, 'operation sns without an Action'],
  ])('refuses what %s does not have', async (service, o, named) => {
    const model = await modelOf(service)
    expect(() => decode(model, request(o))).toThrow(`the emulator does not emulate the ${named}`)
  })
})

describe('encode', () => {
  it.each([
    ['ssm', 'PutParameter', { Version: 1 }, 'application/x-amz-json-1.1', '{"Version":1}'],
    ['imagebuilder', 'TagResource', {}, 'application/json', '{}'],
    [
      'ec2',
      'DescribeImages',
      { Images: [{ Name: '<a>', Public: false }] },
      'text/xml',
      '<imagesSet><item><name>&lt;a&gt;</name><isPublic>false</isPublic></item></imagesSet>',
    ],
    [
      'sns',
      'GetTopicAttributes',
      { Attributes: { a: '1' } },
      'text/xml',
      '<GetTopicAttributesResult><Attributes><entry><key>a</key><value>1</value></entry></Attributes></GetTopicAttributesResult>',
    ],
    [
      'sts',
      'AssumeRole',
      { Credentials: { AccessKeyId: 'k', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) } },
      'text/xml',
      '<Expiration>1970-01-01T00:00:00.000Z</Expiration>',
    ],
  ])('%s %s', async (service, operation, output, type, body) => {
    const response = encode(await modelOf(service), operation, output, 'id-1')
    expect(response).toMatchObject({
      status: 200,
      headers: { 'content-type': type, 'x-amzn-requestid': 'id-1' },
    })
    expect(response.body).toContain(body)
  })

  it.each([
    ['imagebuilder', 'ResourceNotFoundException', 404, '{"__type":"ResourceNotFoundException","message":"gone"}'],
    ['lambda', 'ResourceNotFoundException', 404, '"Message":"gone"'],
    ['sns', 'NotFoundException', 404, '<Code>NotFound</Code><Message>gone</Message>'],
    ['ec2', 'InvalidAMIID.NotFound', 400, '<Errors><Error><Code>InvalidAMIID.NotFound</Code>'],
    ['stepfunctions', 'Nonsense', 400, '"__type":"Nonsense"'],
  ])('an error of %s: %s', async (service, name, status, body) => {
    const response = encodeError(await modelOf(service), new AwsError(name, 'gone'), 'id-1')
    expect(response.status).toBe(status)
    expect(response.body).toContain(body)
  })
})

it.each([
  ['states', 'stepfunctions'],
  ['imagebuilder', 'imagebuilder'],
])('a signature for %s is for %s', (signed, service) => {
  expect(serviceOf(signed)).toBe(service)
})

it('knows no other services', () => {
  expect(() => serviceOf('s3')).toThrow('the emulator does not emulate the service s3')
  expect(() => modelOf('s3')).toThrow('the emulator does not emulate the service s3')
})
