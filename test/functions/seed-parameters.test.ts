import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  GetParameterCommand,
  GetParametersCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TargetUnreachable } from '../../domain/errors.ts'
import { type ResourceEvent, respond, seed } from '../../functions/seed-parameters/seed-parameters.ts'
import { everyKind } from '../domain/planning/every-kind.ts'
import { imageBuilderArnPrefix } from '../support/campaign.ts'
import { mockOf } from '../support/mocks.ts'

const ssm = mockOf(SSMClient)
const ec2 = mockOf(EC2Client)
const client = ssm as unknown as SSMClient
let ssmIn: (account: string) => Promise<SSMClient>
const makeDeps = () => ({
  fleet: everyKind(),
  ssm: client,
  upstreams: {
    fleetName: 'golden',
    imageBuilderArnPrefix,
    ssm: client,
    ssmIn,
    ec2: ec2 as unknown as EC2Client,
  },
})
const aws = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'
const parent = (image: string, Upstream = 'al2023-soe') => ({
  Parameter: `/golden/images/${image}/parent`,
  Upstream,
  Placeholder: aws,
})
const event = (more: Partial<ResourceEvent> = {}): ResourceEvent => ({
  RequestType: 'Create',
  ResponseURL: 'http://127.0.0.1:9/never',
  StackId: 'arn:aws:cloudformation:us-west-2:111122223333:stack/golden/1',
  RequestId: 'request-1',
  LogicalResourceId: 'ParentParameters',
  ResourceProperties: { Parents: [parent('web')] },
  ...more,
})
const seeding = (Parents: ReturnType<typeof parent>[], more: Partial<ResourceEvent> = {}) =>
  seed(makeDeps(), event({ ResourceProperties: { Parents }, ...more }))
const gone = Object.assign(new Error('no'), { name: 'InvalidAMIID.NotFound' })
const disabled = { Images: [{ ImageId: 'ami-0moved', State: 'disabled' as const }] }
const created = () => ssm.commandCalls(PutParameterCommand).map(({ args }) => [args[0].input.Name, args[0].input.Value])

beforeEach(() => {
  ssm.reset()
  ec2.reset()
  ssmIn = async () => client
  ssm.on(PutParameterCommand).resolves({})
  ssm.on(GetParametersCommand).resolves({ Parameters: [] })
  ssm.on(GetParameterCommand, { Name: aws }).resolves({ Parameter: { Value: 'ami-0public' } })
  // Of what is asked for by its id, all is there.
  ec2.on(DescribeImagesCommand).resolves({
    Images: [
      { ImageId: 'ami-0old', State: 'available', CreationDate: '2026-07-01T00:00:00.000Z' },
      { ImageId: 'ami-0new', CreationDate: '2026-09-01T00:00:00.000Z' },
      { ImageId: 'ami-0mid', CreationDate: '2026-08-01T00:00:00.000Z' },
    ],
  })
})

describe('seed', () => {
  it('creates the missing ones with the newest AMI, and never overwrites', async () => {
    ssm.on(GetParametersCommand).resolves({ Parameters: [{ Name: '/golden/images/web/parent', Value: 'ami-0moved' }] })
    await seeding([parent('web'), parent('api')])
    expect(created()).toEqual([['/golden/images/api/parent', 'ami-0new']])
    expect(ssm.commandCalls(PutParameterCommand)[0]?.args[0].input).toMatchObject({
      DataType: 'text',
      Overwrite: false,
    })
  })

  it('leaves a parameter that somebody made for AMIs the type that it has', async () => {
    const Name = '/golden/images/web/parent'
    ssm.on(GetParametersCommand).resolves({ Parameters: [{ Name, Value: 'ami-0gone', DataType: 'aws:ec2:image' }] })
    ec2.on(DescribeImagesCommand, { ImageIds: ['ami-0gone'] }).resolves({ Images: [] })
    await seeding([parent('web')])
    expect(ssm.commandCalls(PutParameterCommand)[0]?.args[0].input.DataType).toBe('aws:ec2:image')
  })

  it.each([
    ['is gone', () => ec2.on(DescribeImagesCommand, { ImageIds: ['ami-0moved'] }).rejects(gone)],
    ['is disabled', () => ec2.on(DescribeImagesCommand, { ImageIds: ['ami-0moved'] }).resolves(disabled)],
  ])('puts another in the place of one that %s: no recipe could be created on it', async (_, arrange) => {
    ssm.on(GetParametersCommand).resolves({ Parameters: [{ Name: '/golden/images/web/parent', Value: 'ami-0moved' }] })
    arrange()
    await seeding([parent('web')], { RequestType: 'Update' })
    expect(created()).toEqual([['/golden/images/web/parent', 'ami-0new']])
    expect(ssm.commandCalls(PutParameterCommand)[0]?.args[0].input.Overwrite).toBe(true)
  })

  it('looks for available AMIs of the upstream only, once for each upstream', async () => {
    await seeding([parent('web'), parent('api'), parent('db', 'ubuntu-soe')])
    const asked = ec2.commandCalls(DescribeImagesCommand).map((call) => call.args[0].input)
    expect(asked.filter(({ ImageIds }) => !ImageIds)).toEqual(
      ['soe-al2023-*', 'soe-ubuntu-2404-*'].map((name) => ({
        Owners: ['444455556666'],
        Filters: [
          { Name: 'name', Values: [name] },
          { Name: 'architecture', Values: ['x86_64'] },
          { Name: 'state', Values: ['available'] },
        ],
      })),
    )
  })

  it.each([[[]], [undefined]])('takes a public AMI where the upstream has %j', async (Images) => {
    ec2.on(DescribeImagesCommand).resolves({ ...(Images && { Images }) })
    await seeding([parent('web')])
    expect(created()).toEqual([['/golden/images/web/parent', 'ami-0public']])
  })

  it('asks for ten pointers at a time', async () => {
    const all = Array.from({ length: 23 }, (_, at) => parent(`image-${at}`))
    await seeding(all)
    const asked = ssm.commandCalls(GetParametersCommand).map((call) => call.args[0].input.Names?.length)
    expect(asked).toEqual([10, 10, 3])
    expect(created()).toHaveLength(23)
  })

  it.each([
    // Its parameter is the public one.
    ['amazon-linux', 'ami-0public'],
    ['rhel-soe', 'ami-of-parameter'],
    ['debian-soe', 'ami-of-parameter'],
    ['suse-soe', 'ami-0new'],
    ['sap-soe', 'ami-0new'],
    // A team that announces its AMIs, under any name: there is nowhere to look.
    ['graviton-soe', 'ami-0public'],
  ])('knows where the AMIs of every kind of upstream come from: %s', async (upstream, ami) => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-of-parameter' } })
    ssm.on(GetParameterCommand, { Name: aws }).resolves({ Parameter: { Value: 'ami-0public' } })
    await seeding([parent('web', upstream)])
    expect(created()).toEqual([['/golden/images/web/parent', ami]])
  })

  it.each([
    ['does not exist yet', new ParameterNotFound({ message: 'no', $metadata: {} })],
    ['may not be read', Object.assign(new Error('no'), { name: 'AccessDeniedException' })],
  ])('takes a public AMI where the parameter of an upstream %s', async (_, error) => {
    ssm.on(GetParameterCommand).rejects(error)
    ssm.on(GetParameterCommand, { Name: aws }).resolves({ Parameter: { Value: 'ami-0public' } })
    await seeding([parent('web', 'rhel-soe')])
    expect(created()).toEqual([['/golden/images/web/parent', 'ami-0public']])
  })

  it('takes a public AMI where the account of an upstream has no stack yet', async () => {
    ssmIn = async () => Promise.reject(new TargetUnreachable('cannot assume'))
    await seeding([parent('web', 'rhel-soe'), parent('api')])
    expect(created()).toEqual([
      ['/golden/images/web/parent', 'ami-0public'],
      ['/golden/images/api/parent', 'ami-0new'],
    ])
  })

  it('takes a public AMI where the one that the upstream names cannot be seen', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-0private' } })
    ssm.on(GetParameterCommand, { Name: aws }).resolves({ Parameter: { Value: 'ami-0public' } })
    ec2.on(DescribeImagesCommand, { ImageIds: ['ami-0private'] }).rejects(gone)
    await seeding([parent('web', 'rhel-soe')])
    expect(created()).toEqual([['/golden/images/web/parent', 'ami-0public']])
  })

  it('fails where AWS names no public AMI', async () => {
    ec2.on(DescribeImagesCommand).resolves({})
    ssm.on(GetParameterCommand, { Name: aws }).resolves({})
    await expect(seeding([parent('web')])).rejects.toThrow(`the public parameter ${aws} names no AMI`)
  })

  it('fails on any other error: CloudFormation tells', async () => {
    ec2.on(DescribeImagesCommand).rejects(new Error('UnauthorizedOperation'))
    await expect(seeding([parent('web')])).rejects.toThrow('UnauthorizedOperation')
  })

  it('does nothing at all on Delete', async () => {
    await seeding([parent('web')], { RequestType: 'Delete' })
    expect([...ssm.calls(), ...ec2.calls()]).toEqual([])
  })

  it('seeds on Update as on Create: an image may be new', async () => {
    await seeding([parent('web')], { RequestType: 'Update' })
    expect(created()).toEqual([['/golden/images/web/parent', 'ami-0new']])
  })
})

describe('respond', () => {
  let received: {
    method: string | undefined
    url: string | undefined
    type: string | undefined
    body: unknown
  }[]
  let status: number
  let server: ReturnType<typeof createServer>
  const ResponseURL = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?Signature=a%2Bb`

  beforeEach(async () => {
    received = []
    status = 200
    server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const { method, url, headers } = request
      received.push({ method, url, type: headers['content-type'], body: JSON.parse(body) })
      response.writeHead(status).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  it.each<[string, Partial<ResourceEvent>, Error | undefined, object]>([
    ['success', {}, undefined, { Status: 'SUCCESS', PhysicalResourceId: 'ParentParameters' }],
    [
      'success, under the physical id that it had',
      { RequestType: 'Update', PhysicalResourceId: 'id-1' },
      undefined,
      { Status: 'SUCCESS', PhysicalResourceId: 'id-1' },
    ],
    [
      'failure, with its reason',
      {},
      Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }),
      {
        Status: 'FAILED',
        Reason: 'AccessDeniedException: not authorized',
        PhysicalResourceId: 'ParentParameters',
      },
    ],
  ])('says %s, in the shape that CloudFormation documents', async (_, more, failure, expected) => {
    const asked = event({ ...more, ResponseURL: ResponseURL() })
    await respond(asked, failure)
    const { StackId, RequestId, LogicalResourceId } = asked
    expect(received).toEqual([
      {
        method: 'PUT',
        url: '/answer?Signature=a%2Bb',
        // A type that is not empty would not be the one that the URL is signed for.
        type: '',
        body: { StackId, RequestId, LogicalResourceId, ...expected },
      },
    ])
  })

  it('fails loudly when the answer is not taken', async () => {
    status = 403
    await expect(respond(event({ ResponseURL: ResponseURL() }))).rejects.toThrow(
      'CloudFormation did not take the answer: HTTP 403',
    )
  })
})
