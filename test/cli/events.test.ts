import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readEvent } from '../../cli/events.ts'

const directory = mkdtempSync(join(tmpdir(), 'rebake-'))
afterAll(() => rmSync(directory, { recursive: true }))
const file = join(directory, 'event.json')

const event = {
  version: '0',
  id: '5d2e8c1a-0000-4000-a000-000000000001',
  'detail-type': 'EC2 AMI State Change',
  source: 'aws.ec2',
  account: '444455556666',
  time: '2026-09-01T06:00:00Z',
  region: 'us-gov-west-1',
  resources: [],
  detail: { ImageId: 'ami-0123', State: 'available' },
}
const reading = (text: string) => () => {
  writeFileSync(file, text)
  return readEvent(file)
}

describe('event files', () => {
  it('reads an envelope', () => expect(reading(JSON.stringify(event))()).toEqual(event))

  it.each([
    [{ account: 444455556666 }, '"account" is 444455556666, expected an account id of 12 digits in quotes.'],
    [{ account: '1234' }, '"account" is "1234", expected an account id'],
    [{ time: 'yesterday' }, '"time" is "yesterday", expected an ISO 8601 time'],
    [{ time: '2026-13-01T06:00:00Z' }, '"time" is "2026-13-01T06:00:00Z", expected an ISO 8601 time'],
    [{ region: 'Ireland' }, '"region" is "Ireland", expected a region'],
    [{ detail: undefined }, '"detail" is missing, expected an object.'],
    [{ detail: [] }, '"detail" is [], expected an object.'],
    [{ resources: [1] }, '"resources.0" is 1, expected a list of ARNs'],
    [{ source: '' }, '"source" is "", expected a text that is not empty'],
  ])('refuses %j', (change, message) => {
    expect(reading(JSON.stringify({ ...event, ...change }))).toThrow(`${file}: ${message}`)
  })

  it.each([
    ['{"version": "0",', 'not valid JSON: '],
    ['', 'not valid JSON: '],
    ['\uFEFF{}', 'expected UTF-8 without a byte order mark, found one: save it as UTF-8.'],
    [Buffer.from('{}', 'utf16le').toString('utf8'), 'expected UTF-8, found another encoding: save it as UTF-8.'],
    ['[]', 'expected a JSON object, found a list.'],
    ['null', 'expected a JSON object, found null.'],
    ['"text"', 'expected a JSON object, found a text.'],
  ])('refuses the text %j, and says what an event file is', (text, message) => {
    expect(reading(text)).toThrow(`${file}: ${message}`)
    expect(reading(text)).toThrow('events/ec2.ami-available.json is an example')
  })

  it('names every problem at once', () => {
    expect(reading(JSON.stringify({ ...event, version: 1, id: '' }))).toThrow(/"version" is 1.*\n.*"id" is ""/)
  })

  it.each([
    [join(directory, 'absent.json'), 'there is no such file'],
    [directory, 'this is a directory'],
  ])('names %s, which it cannot read', (path, message) => {
    expect(() => readEvent(path)).toThrow(`${path}: ${message}`)
  })
})
