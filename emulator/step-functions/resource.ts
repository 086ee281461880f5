/** What a Task's Resource asks for. `wait` is how the task ends: with its call, its token or its child execution. */
export interface Integration {
  kind: 'function' | 'lambda' | 'nested' | 'sdk' | 'optimized'
  /** As the history's details name it: `lambda`, `states`, `aws-sdk:imagebuilder`. */
  resourceType: string
  /** As the history's details name it: `invoke.waitForTaskToken`, `startExecution.sync:2`, `getImage`. */
  resource: string
  service: string
  action: string
  wait: 'call' | 'token' | 'sync' | 'sync:2'
}

const FUNCTION = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$/
const INTEGRATION =
  /^arn:aws[a-z-]*:states:::(?<sdk>aws-sdk:)?(?<service>[a-z0-9-]+):(?<action>[a-zA-Z0-9]+)(?:\.(?<pattern>[a-zA-Z0-9:]+))?$/

/** The optimized integrations that the emulator emulates, and whether they can wait for a token. */
const OPTIMIZED: Record<string, boolean> = {
  'sns:publish': true,
  'sqs:sendMessage': true,
  'events:putEvents': true,
  'dynamodb:getItem': false,
  'dynamodb:putItem': false,
  'dynamodb:updateItem': false,
  'dynamodb:deleteItem': false,
}

/** Reads a Resource; undefined when the emulator does not emulate that integration. */
export function parseResource(arn: string): Integration | undefined {
  if (FUNCTION.test(arn)) {
    return {
      kind: 'function',
      resourceType: 'lambda',
      resource: arn,
      service: 'lambda',
      action: 'invoke',
      wait: 'call',
    }
  }
  const parts = INTEGRATION.exec(arn)?.groups
  if (!parts) return undefined
  const { sdk, service = '', action = '', pattern } = parts
  const wait = { '': 'call', waitForTaskToken: 'token', sync: 'sync', 'sync:2': 'sync:2' }[pattern ?? '']
  const kind = kindOf(Boolean(sdk), `${service}:${action}`, wait)
  if (!kind) return undefined
  return {
    kind,
    resourceType: sdk ? `aws-sdk:${service}` : service,
    resource: pattern ? `${action}.${pattern}` : action,
    service,
    action,
    wait: wait as Integration['wait'],
  }
}

function kindOf(sdk: boolean, name: string, wait: string | undefined): Integration['kind'] | undefined {
  if (sdk) return wait === 'call' || wait === 'token' ? 'sdk' : undefined
  if (name === 'states:startExecution') return wait ? 'nested' : undefined
  if (name === 'lambda:invoke') return wait === 'call' || wait === 'token' ? 'lambda' : undefined
  const waits = OPTIMIZED[name]
  return wait === 'call'
    ? waits === undefined
      ? undefined
      : 'optimized'
    : waits && wait === 'token'
      ? 'optimized'
      : undefined
}
