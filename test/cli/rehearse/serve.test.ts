import { expect, it } from 'vitest'
import { serveLines } from '../../../cli/rehearse/serve.ts'

const served = { url: 'http://127.0.0.1:4566', region: 'eu-west-1', fleet: 'golden' }
const textOf = (waiting: boolean) => serveLines({ ...served, waiting }).join('\n')

it('says how to talk to the emulator', () => {
  const text = textOf(false)
  expect(text).toContain('export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_DEFAULT_REGION=eu-west-1')
  expect(text).toContain('export AWS_ACCESS_KEY_ID=operator AWS_SECRET_ACCESS_KEY=operator')
  expect(text).toContain('aws dynamodb scan --table-name golden-ledger')
  expect(text).toContain('rebake start --image NAME')
  expect(text).not.toContain('rebake approve')
  expect(textOf(true)).toContain('rebake approve')
})
