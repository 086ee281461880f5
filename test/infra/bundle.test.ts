import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundleFunctions } from '../../infra/bundle.ts'
import { compileFunctions } from '../../infra/compile-functions.ts'
import { bundleNames, functionsWithFleet } from '../../infra/functions/names.ts'
import { slow, smallFleet } from './fixture.ts'

const temporary = () => mkdtempSync(join(tmpdir(), 'rebake-bundle-'))
const first = temporary()
const second = temporary()
const files = ['index.js', 'index.js.map']
const read = (directory: string, name: string, file: string) => readFileSync(join(directory, name, file), 'utf8')

const deployed = {
  fleet: smallFleet(),
  definitions: { base: '0a1b2c3d4e5f6789', api: '9876f5e4d3c2b1a0' },
  version: '0.3.0',
  schema: 1,
}

let again: Awaited<ReturnType<typeof compileFunctions>>['outputFiles']
beforeAll(async () => {
  await bundleFunctions(deployed, first)
  await bundleFunctions(deployed, second)
  again = (await compileFunctions()).outputFiles
}, slow)

describe.each(bundleNames)('%s', (name) => {
  it('is at most 485 kB', () => {
    expect(statSync(join(first, name, 'index.js')).size).toBeLessThanOrEqual(485_000)
  })

  it('is the same bytes in another directory, and when it is compiled again', () => {
    for (const file of files) {
      expect(read(first, name, file)).toBe(read(second, name, file))
      expect(read(first, name, file)).toBe(again.find(({ path }) => path.endsWith(`/${name}/${file}`))?.text)
    }
  })

  it('makes no text of each call for a logger', () => {
    expect(read(first, name, 'index.js')).not.toContain('dynamoDbDocumentClientOptions')
  })

  it('maps to its sources', () => {
    const { sources } = JSON.parse(read(first, name, 'index.js.map'))
    expect(sources).toContain(`../../functions/${name}/handler.ts`)
  })

  it('holds the fleet, and what its images are made of, only where it decides', () => {
    const holds = existsSync(join(first, name, 'fleet.json'))
    expect(holds).toBe(functionsWithFleet.some((each) => each === name))
    if (holds) expect(JSON.parse(read(first, name, 'fleet.json'))).toEqual(deployed)
  })
})

it(
  'loads in Node as it is',
  () => {
    const urls = bundleNames.map((name) => pathToFileURL(join(first, name, 'index.js')).href)
    const script = `for (const url of ${JSON.stringify(urls)}) console.log(typeof (await import(url)).handler)`
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      env: {
        AWS_REGION: 'eu-west-1',
        LEDGER_TABLE: 'ledger',
        FLEET_NAME: 'gold',
        CONCURRENT_BAKES: '1',
        TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:topic',
        REBAKE_STATE_MACHINE_ARN: 'arn:aws:states:eu-west-1:111122223333:stateMachine:rebake',
        SUPERSEDE: 'wait',
        SLACK_SECRET: 'golden/slack',
        SLACK_API_URL: 'https://slack.com/api',
        SMOKE_DOCUMENT: 'gold-smoke',
        UPSTREAM_ACCOUNTS: '',
        CAMPAIGN_STATE_MACHINE_ARN: 'arn:aws:states:eu-west-1:111122223333:stateMachine:campaign',
        RETIRE_STATE_MACHINE_ARN: 'arn:aws:states:eu-west-1:111122223333:stateMachine:retire',
        IMAGE_BUILDER_ARN_PREFIX: 'arn:aws:imagebuilder:eu-west-1:111122223333',
        DISTRIBUTION_ROLE_ARN: 'arn:aws:iam::111122223333:role/distribution',
      },
    })
    expect(output.trim().split('\n')).toEqual(bundleNames.map(() => 'function'))
  },
  slow,
)

/** Error classes of the SDK that our sources ask for with `instanceof`. */
const asked = [
  ...new Set(
    globSync('{functions,ledger,aws}/**/*.ts').flatMap((file) => {
      const source = readFileSync(file, 'utf8')
      const ofSdk = [...source.matchAll(/import (?:type )?\{([^}]*)\} from '@aws-sdk\//g)].flatMap(([, names = '']) =>
        names.split(',').map((name) => name.trim()),
      )
      return [...source.matchAll(/instanceof (\w+)/g)].flatMap(([, name = '']) => (ofSdk.includes(name) ? [name] : []))
    }),
  ),
]

/** Whether an error that comes over the wire becomes this class: it is there, and registered; undefined where it is not. */
function isKnown(bundle: string, error: string): boolean | undefined {
  const [, variable] = new RegExp(`([\\w$]+)=class(?: [\\w$]+)? extends [\\w$]+\\{name="${error}"`).exec(bundle) ?? []
  return variable === undefined ? undefined : registers(bundle, variable)
}

const registers = (bundle: string, variable: string) =>
  [...bundle.matchAll(/\.registerError\([\w$]+,([\w$]+)\)/g)].some(([, registered]) => registered === variable)

describe('an error of the SDK that code tells apart', () => {
  it('is one of some', () => {
    expect(asked).toEqual(expect.arrayContaining(['ConditionalCheckFailedException', 'TaskTimedOut']))
  })

  // Its class alone is not enough: one that is not registered comes as the base class of its service, and nobody sees it.
  it.each(asked)('%s is known in every bundle that asks for it', (error) => {
    const known = bundleNames.flatMap((name) => {
      const isThere = isKnown(read(first, name, 'index.js'), error)
      return isThere === undefined ? [] : [[name, isThere]]
    })
    expect(known).not.toEqual([])
    expect(known.filter(([, isThere]) => !isThere)).toEqual([])
  })

  it.each(['ActivityDoesNotExist', 'BackupNotFoundException'])('is not %s: nothing asks for it', (error) => {
    expect(read(first, 'complete-wait', 'index.js')).not.toContain(error)
  })
})
