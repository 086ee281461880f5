import { UnsupportedFeature } from '../unsupported-feature.ts'
import type { Schema } from './shape.ts'

type Protocol = 'json-1.0' | 'json-1.1' | 'rest-json' | 'query' | 'ec2'

/** How a service is spoken to. The shapes themselves come from the SDK client's runtime schemas. */
interface Model {
  /** As the AWS command line names the service. */
  service: string
  /** As a request's signature names it. */
  signingName: string
  /** The prefix of its IAM actions. */
  prefix: string
  protocol: Protocol
  xmlNamespace?: string
  /** The error for a call that no policy allows. */
  denied: string
  /** The error for input that does not fit the model. */
  invalid: string
  client: () => Promise<object>
}

const services: Record<string, Omit<Model, 'service'>> = {
  imagebuilder: {
    ...sameName('imagebuilder', 'rest-json'),
    invalid: 'InvalidRequestException',
    client: () => import('@aws-sdk/client-imagebuilder'),
  },
  stepfunctions: { ...sameName('states', 'json-1.0'), client: () => import('@aws-sdk/client-sfn') },
  dynamodb: { ...sameName('dynamodb', 'json-1.0'), client: () => import('@aws-sdk/client-dynamodb') },
  ssm: { ...sameName('ssm', 'json-1.1'), client: () => import('@aws-sdk/client-ssm') },
  events: { ...sameName('events', 'json-1.1'), client: () => import('@aws-sdk/client-eventbridge') },
  secretsmanager: {
    ...sameName('secretsmanager', 'json-1.1'),
    client: () => import('@aws-sdk/client-secrets-manager'),
  },
  sqs: { ...sameName('sqs', 'json-1.0'), client: () => import('@aws-sdk/client-sqs') },
  scheduler: { ...sameName('scheduler', 'rest-json'), client: () => import('@aws-sdk/client-scheduler') },
  lambda: {
    ...sameName('lambda', 'rest-json'),
    invalid: 'InvalidParameterValueException',
    client: () => import('@aws-sdk/client-lambda'),
  },
  organizations: {
    ...sameName('organizations', 'json-1.1'),
    invalid: 'InvalidInputException',
    client: () => import('@aws-sdk/client-organizations'),
  },
  kms: {
    ...sameName('kms', 'json-1.1'),
    client: () => import('@aws-sdk/client-kms'),
  },
  'service-quotas': {
    ...sameName('servicequotas', 'json-1.1'),
    invalid: 'IllegalArgumentException',
    client: () => import('@aws-sdk/client-service-quotas'),
  },
  inspector2: { ...sameName('inspector2', 'rest-json'), client: () => import('@aws-sdk/client-inspector2') },
  iam: {
    ...sameName('iam', 'query'),
    denied: 'AccessDenied',
    invalid: 'ValidationError',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    client: () => import('@aws-sdk/client-iam'),
  },
  logs: {
    ...sameName('logs', 'json-1.1'),
    invalid: 'InvalidParameterException',
    client: () => import('@aws-sdk/client-cloudwatch-logs'),
  },
  // The SDK speaks JSON with CloudWatch, whatever others do.
  cloudwatch: {
    ...sameName('cloudwatch', 'json-1.0'),
    signingName: 'monitoring',
    invalid: 'InvalidParameterValueException',
    client: () => import('@aws-sdk/client-cloudwatch'),
  },
  autoscaling: {
    ...sameName('autoscaling', 'query'),
    denied: 'AccessDenied',
    invalid: 'ValidationError',
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
    client: () => import('@aws-sdk/client-auto-scaling'),
  },
  sns: {
    ...sameName('sns', 'query'),
    denied: 'AuthorizationErrorException',
    invalid: 'InvalidParameterException',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    client: () => import('@aws-sdk/client-sns'),
  },
  sts: {
    ...sameName('sts', 'query'),
    denied: 'AccessDenied',
    invalid: 'ValidationError',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    client: () => import('@aws-sdk/client-sts'),
  },
  ec2: {
    ...sameName('ec2', 'ec2'),
    denied: 'UnauthorizedOperation',
    invalid: 'InvalidParameterValue',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    client: () => import('@aws-sdk/client-ec2'),
  },
}

function sameName(name: string, protocol: Protocol) {
  return {
    signingName: name,
    prefix: name,
    protocol,
    denied: 'AccessDeniedException',
    invalid: 'ValidationException',
  }
}

export interface OperationModel {
  name: string
  /** REST only: method, URI pattern, status of success. */
  http?: [string, string, number]
  input: Schema
  output: Schema
}

export interface LoadedModel extends Model {
  operations: Map<string, OperationModel>
  /** Modelled errors by shape name. */
  errors: Map<string, Schema>
}

const loaded = new Map<string, Promise<LoadedModel>>()

/** The model of a service by its command-line name. Throws UnsupportedFeature for any other service. */
export function modelOf(service: string): Promise<LoadedModel> {
  const model = services[service]
  if (!model) throw new UnsupportedFeature('service', service)
  let loading = loaded.get(service)
  if (!loading) {
    loading = load({ service, ...model })
    loaded.set(service, loading)
  }
  return loading
}

/** The command-line name of the service that a signature names. */
export function serviceOf(signingName: string): string {
  const found = Object.entries(services).find(([, model]) => model.signingName === signingName)
  if (!found) throw new UnsupportedFeature('service', signingName)
  return found[0]
}

// Static schemas: [9, namespace, name, traits, input, output] is an operation, [-3, ...] an error.
async function load(model: Model): Promise<LoadedModel> {
  const operations = new Map<string, OperationModel>()
  const errors = new Map<string, Schema>()
  for (const schema of Object.values(await model.client())) {
    if (!Array.isArray(schema)) continue
    const [kind, , name, traits, input, output] = schema
    if (kind === 9) operations.set(name, { name, input, output, http: traits?.http })
    if (kind === -3) errors.set(name, schema as unknown as Schema)
  }
  return { ...model, operations, errors }
}
