import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeAll, describe, expect, it } from 'vitest'
import { classify, codes, type ErrorClass, isNotBegun, isOf, isRefused } from '../../aws/errors.ts'
import { ValidationFailed } from '../../domain/errors.ts'

const named = (name: string, more = {}) => Object.assign(new Error('slow down'), { name, ...more })

const api = 'https://docs.aws.amazon.com'
const common = `${api}/IAM/latest/APIReference/CommonErrors.html`
const ec2 = `${api}/AWSEC2/latest/APIReference/errors-overview.html`
const imageBuilder = `${api}/imagebuilder/latest/APIReference`
const lambda = `${api}/lambda/latest/api/API_Invoke.html`
const organizations = `${api}/organizations/latest/APIReference/API_ListAccountsForParent.html`
const secrets = `${api}/secretsmanager/latest/apireference/API_GetSecretValue.html`
const sns = `${api}/sns/latest/api/API_Publish.html`
const sqs = `${api}/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html`
const stepFunctions = `${api}/step-functions/latest/apireference/API_StartExecution.html`
const systemsManager = `${api}/systems-manager/latest/APIReference`
const sdk = '@smithy/core, service-error-classification/constants.js'
const providers = '@smithy/property-provider, ProviderError.js'
const node = 'https://nodejs.org/api/errors.html#common-system-errors, and errno(3)'

/** Each code once: what it means, who says so, and where that is written. */
const known: [code: string, means: ErrorClass, by: string, source: string][] = [
  ['Throttling', 'throttled', 'query APIs', common],
  ['ThrottlingException', 'throttled', 'JSON APIs', common],
  ['ThrottledException', 'throttled', 'the SDK', sdk],
  ['EC2ThrottledException', 'throttled', 'Lambda', lambda],
  ['KMSThrottlingException', 'throttled', 'SNS', sns],
  ['RequestThrottled', 'throttled', 'SQS', sqs],
  ['RequestThrottledException', 'throttled', 'the SDK', sdk],
  ['RequestLimitExceeded', 'throttled', 'EC2', ec2],
  ['TooManyRequestsException', 'throttled', 'Lambda, Organizations', lambda],
  ['TooManyUpdates', 'throttled', 'Systems Manager', `${systemsManager}/API_PutParameter.html`],
  ['CallRateLimitExceededException', 'throttled', 'Image Builder', `${imageBuilder}/API_CreateImage.html`],
  [
    'ProvisionedThroughputExceededException',
    'throttled',
    'DynamoDB',
    `${api}/amazondynamodb/latest/developerguide/Programming.Errors.html`,
  ],
  ['ServiceUnavailable', 'unavailable', 'query APIs', common],
  ['ServiceUnavailableException', 'unavailable', 'Image Builder', `${imageBuilder}/API_CreateImage.html`],
  ['ServiceException', 'unavailable', 'Image Builder, Lambda', `${imageBuilder}/API_CreateImage.html`],
  [
    'InternalServerError',
    'unavailable',
    'DynamoDB, Systems Manager',
    `${systemsManager}/API_GetAutomationExecution.html`,
  ],
  ['InternalServerErrorException', 'unavailable', 'the SDK', sdk],
  ['RequestTimeout', 'unavailable', 'S3', sdk],
  ['ENOTFOUND', 'noRoute', 'Node', node],
  ['EAI_AGAIN', 'noRoute', 'Node', node],
  ['EHOSTUNREACH', 'noRoute', 'Node', node],
  ['ENETUNREACH', 'noRoute', 'Node', node],
  ['ECONNREFUSED', 'connectionRefused', 'Node', node],
  ['ECONNRESET', 'connectionLost', 'Node', node],
  ['EPIPE', 'connectionLost', 'Node', node],
  ['ETIMEDOUT', 'timedOut', 'Node', node],
  ['TimeoutError', 'timedOut', 'the SDK', sdk],
  ['ServiceQuotaExceededException', 'quota', 'Image Builder', `${imageBuilder}/API_CreateImage.html`],
  ['AccessDenied', 'denied', 'query APIs', common],
  ['AccessDeniedException', 'denied', 'JSON APIs', common],
  ['UnauthorizedOperation', 'denied', 'EC2', ec2],
  ['NotAuthorized', 'denied', 'query APIs', common],
  ['AuthorizationError', 'denied', 'SNS', sns],
  ['AuthorizationErrorException', 'denied', 'the SDK, of SNS', sns],
  ['KMSAccessDeniedException', 'denied', 'SNS, Lambda', sns],
  ['KmsAccessDenied', 'denied', 'SQS', sqs],
  ['InvalidClientTokenId', 'badCredentials', 'query APIs', common],
  ['UnrecognizedClientException', 'badCredentials', 'JSON APIs', common],
  ['SignatureDoesNotMatch', 'badCredentials', 'query APIs', common],
  ['InvalidSignatureException', 'badCredentials', 'JSON APIs', common],
  ['IncompleteSignature', 'badCredentials', 'query APIs', common],
  ['AuthFailure', 'badCredentials', 'EC2', ec2],
  ['OptInRequired', 'notOptedIn', 'EC2', ec2],
  ['ExpiredToken', 'expired', 'STS', common],
  ['ExpiredTokenException', 'expired', 'JSON APIs', common],
  ['RequestExpired', 'expired', 'query APIs', common],
  ['TokenProviderError', 'expired', 'the SDK', providers],
  ['SSOTokenProviderFailure', 'expired', 'the SDK', providers],
  ['CredentialsProviderError', 'noCredentials', 'the SDK', providers],
  ['ProviderError', 'noCredentials', 'the SDK', providers],
  ['ResourceNotFoundException', 'missing', 'Image Builder and others', `${imageBuilder}/API_GetImage.html`],
  ['NotFound', 'missing', 'SNS', sns],
  ['NotFoundException', 'missing', 'KMS', `${api}/kms/latest/APIReference/API_DescribeKey.html`],
  ['NoSuchEntity', 'missing', 'IAM', `${api}/IAM/latest/APIReference/API_GetRole.html`],
  ['NoSuchEntityException', 'missing', 'the SDK, of IAM', `${api}/IAM/latest/APIReference/API_GetRole.html`],
  [
    'NoSuchResourceException',
    'missing',
    'Service Quotas',
    `${api}/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html`,
  ],
  ['ParameterNotFound', 'missing', 'Systems Manager', `${systemsManager}/API_GetParameter.html`],
  ['ParentNotFoundException', 'missing', 'Organizations', organizations],
  ['QueueDoesNotExist', 'missing', 'SQS', sqs],
  ['AWS.SimpleQueueService.NonExistentQueue', 'missing', 'SQS', sqs],
  ['StateMachineDoesNotExist', 'missing', 'Step Functions', stepFunctions],
  [
    'TableNotFoundException',
    'missing',
    'DynamoDB',
    `${api}/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html`,
  ],
  ['InvalidAMIID.NotFound', 'missing', 'EC2', ec2],
  ['InvalidAMIID.Unavailable', 'missing', 'EC2', ec2],
  ['InvalidAMIID.Malformed', 'missing', 'EC2', ec2],
  ['InvalidKeyPair.NotFound', 'missing', 'EC2', ec2],
  ['InvalidSnapshot.NotFound', 'missing', 'EC2', ec2],
  ['InvalidSubnetID.NotFound', 'missing', 'EC2', ec2],
  ['InvalidGroup.NotFound', 'missing', 'EC2', ec2],
  ['InvalidLaunchTemplateId.NotFound', 'missing', 'EC2', ec2],
  ['InvalidLaunchTemplateId.VersionNotFound', 'missing', 'EC2', ec2],
  ['InvalidLaunchTemplateName.NotFoundException', 'missing', 'EC2', ec2],
  ['InvalidLaunchTemplateName.MalformedException', 'missing', 'EC2', ec2],
  ['ExecutionAlreadyExists', 'alreadyThere', 'Step Functions', stepFunctions],
  [
    'ResourceAlreadyExistsException',
    'alreadyThere',
    'Image Builder',
    `${imageBuilder}/API_CreateDistributionConfiguration.html`,
  ],
  [
    'InvalidArnException',
    'noPrincipal',
    'KMS',
    'https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html',
  ],
  ['InvalidSnapshot.InUse', 'inUse', 'EC2', 'https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html'],
  ['ResourceInUseException', 'inUse', 'Image Builder', `${imageBuilder}/API_CreateImage.html`],
  ['ResourceDependencyException', 'dependedOn', 'Image Builder', `${imageBuilder}/API_DeleteImage.html`],
  ['InvalidRequestException', 'invalid', 'Image Builder', `${imageBuilder}/API_CancelImageCreation.html`],
  ['InvalidInputException', 'invalid', 'Organizations', organizations],
  ['AWSOrganizationsNotInUseException', 'invalid', 'Organizations', organizations],
  [
    'ValidationException',
    'refusedValue',
    'Systems Manager',
    'https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html',
  ],
  [
    'ParameterMaxVersionLimitExceeded',
    'versionsFull',
    'Systems Manager',
    'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html',
  ],
  ['DecryptionFailure', 'undecryptable', 'Secrets Manager', secrets],
]
const classes = Object.keys(codes) as ErrorClass[]

it('knows each code once', () => {
  expect(known.map(([code]) => code).sort()).toEqual(Object.values(codes).flat().sort())
  expect(new Set(known.map(([code]) => code)).size).toBe(known.length)
})

describe.each(known)('%s', (code, means) => {
  it(`is ${means}, and nothing else, by its name and by its code`, () => {
    for (const error of [named(code), named('Error', { code })])
      expect(classes.filter((each) => isOf(error, each))).toEqual([means])
  })

  it('is what every caller decides by its class', () => {
    const transient: ErrorClass[] = [
      'throttled',
      'unavailable',
      'noRoute',
      'connectionRefused',
      'connectionLost',
      'timedOut',
    ]
    const became = classify(named(code, { $fault: 'client' })) as Error
    expect(became.name).toBe(transient.includes(means) ? 'Transient' : means === 'quota' ? 'QuotaReached' : code)
    expect(isRefused(named(code))).toBe(['denied', 'badCredentials', 'notOptedIn'].includes(means))
    expect(isNotBegun(named(code))).toBe(['throttled', 'noRoute', 'connectionRefused'].includes(means))
  })
})

it('knows an error by those of the addresses of one host', () => {
  const several = new AggregateError([named('Error', { code: 'ECONNREFUSED' })])
  expect(classes.filter((each) => isOf(several, each))).toEqual(['connectionRefused'])
})

it.each([['AccessDenied'], [undefined], [{ name: 'AccessDenied' }]])('is about errors alone, not %j', (thrown) => {
  expect(classes.filter((each) => isOf(thrown, each))).toEqual([])
})

describe('classify', () => {
  // Workers share their modules: a file before this one may have left the client mocked.
  beforeAll(() => mockClient(EC2Client).restore())

  it.each([
    ['a failure of the service, whatever its name', named('InternalError', { $fault: 'server' })],
    ['a connection that was lost', named('Error', { code: 'ECONNRESET' })],
    ['a name that did not resolve', named('Error', { code: 'EAI_AGAIN' })],
  ])('takes %s as transient', (_, error) => {
    expect(classify(error)).toMatchObject({ name: 'Transient', cause: error })
  })

  it.each([['client'], ['server']])("takes a quota as a quota, be it the %s's fault", ($fault) => {
    const error = named('ServiceQuotaExceededException', { $fault })
    expect(classify(error)).toMatchObject({
      name: 'QuotaReached',
      message: 'ServiceQuotaExceededException: slow down',
      cause: error,
    })
  })

  it.each<[string, unknown]>([
    ['AccessDeniedException', named('AccessDeniedException', { $fault: 'client' })],
    ['a name that only begins like one', named('ThrottlingExceptionally')],
    ['a bug', new TypeError('x is not a function')],
    ['an error of our own', new ValidationFailed('ThrottlingException')],
    ['no error at all', 'ThrottlingException'],
    ['nothing', undefined],
  ])('leaves %s as it is', (_, error) => {
    expect(classify(error)).toBe(error)
  })

  it.each([
    [503, 'Unavailable', 'Transient'],
    [500, 'InternalError', 'Transient'],
    [403, 'UnauthorizedOperation', 'UnauthorizedOperation'],
  ])('sees HTTP %i %s of the real SDK as %s', async (status, code, name) => {
    const body = `<Response><Errors><Error><Code>${code}</Code><Message>m</Message></Error></Errors></Response>`
    const server = createServer((_, response) => response.writeHead(status).end(body))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = new EC2Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-west-2',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      maxAttempts: 1,
    })
    const error = await client.send(new DescribeImagesCommand({})).catch(classify)
    expect(error).toMatchObject({ name, message: expect.stringContaining('m') })
    client.destroy()
    server.close()
  })
})
