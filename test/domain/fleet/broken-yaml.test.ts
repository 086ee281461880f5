import { describe, expect, it } from 'vitest'
import { type Edit, problemsAfter } from './broken.ts'

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'text that is not YAML',
    [['name: acme', 'name: [acme']],
    [
      'fleet.yaml:2:1: this is not YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  ['a tab', [['  base:', '\tbase:']], ['fleet.yaml:26:1: this is not YAML: tabs are not allowed as indentation']],
  [
    'a key twice',
    [['  web:\n', '  base:\n']],
    ["fleet.yaml:31:3: the key 'base' is there already: expected each key once"],
  ],
  [
    'an alias without an anchor',
    [['region: us-west-2', 'region: *home']],
    ['fleet.yaml:2:43: expected an alias of something above, but no &home above'],
  ],
  [
    'an alias inside its own anchor',
    [["{ commands: ['install {{ Version }}'] }", '&in { commands: [*in] }']],
    ['fleet.yaml:24:78: expected an alias of something above, but *in stands inside &in itself'],
  ],
  [
    'a key that is a list',
    [['  web:\n', '  ? [a, b]\n  : 1\n  web:\n']],
    ['fleet.yaml:31:5: expected a key that is text'],
  ],
  ['two documents', [['notify:', '---\nnotify:']], ['fleet.yaml:44:1: expected one document in the file']],
  ['a tag', [['name: acme', 'name: !Ref acme']], ['fleet.yaml:1:7: this is not YAML: unresolved tag: !Ref']],
  [
    'a byte order mark',
    [['name: acme', '\uFEFFname: acme']],
    ['fleet.yaml:1:1: expected UTF-8 without a byte order mark, found one: save it as UTF-8'],
  ],
  [
    'UTF-16',
    [['', Buffer.from('\uFEFFname: acme', 'utf16le').toString('utf8')]],
    ['fleet.yaml:1:1: expected UTF-8, found another encoding: save it as UTF-8'],
  ],
  [
    'UTF-16 without a mark',
    [['', Buffer.from('name: acme', 'utf16le').toString('utf8')]],
    ['fleet.yaml:1:2: expected UTF-8, found another encoding: save it as UTF-8'],
  ],
  [
    'Latin-1',
    [['name: acme', Buffer.from('name: acme # é', 'latin1').toString('utf8')]],
    ['fleet.yaml:1:14: expected UTF-8, found another encoding: save it as UTF-8'],
  ],
  ['an empty file', [['', '']], ['fleet.yaml:1:1: expected a mapping of keys to values, found nothing']],
  ['a list', [['', '- a']], ['fleet.yaml:1:1: expected a mapping of keys to values, found a list']],
]

describe('a fleet that is not YAML, or not one mapping', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})
