import { describe, expect, it } from 'vitest'
import { type Edit, problemsAfter } from './broken.ts'

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'an unknown parent',
    [['parent: base', 'parent: bsae']],
    [
      "fleet.yaml:32:13: images.web.parent: expected an upstream or an image of this fleet, found 'bsae', did you mean 'base'?",
    ],
  ],
  [
    'an unknown parent like nothing',
    [['parent: base', 'parent: something-else']],
    ["fleet.yaml:32:13: images.web.parent: expected an upstream or an image of this fleet, found 'something-else'"],
  ],
  [
    'a parent named as JavaScript names things',
    [['parent: base', 'parent: constructor']],
    ["fleet.yaml:32:13: images.web.parent: expected an upstream or an image of this fleet, found 'constructor'"],
  ],
  [
    'an unknown infrastructure',
    [['    infrastructure: small\n    components: [', '    infrastructure: smal\n    components: [']],
    [
      "fleet.yaml:28:21: images.base.infrastructure: expected an infrastructure configuration of this fleet, found 'smal', did you mean 'small'?",
    ],
  ],
  [
    'an unknown component',
    [['[patch, agent]', '[patch, agents]']],
    [
      "fleet.yaml:29:25: images.base.components[1]: expected a component of this fleet, found 'agents', did you mean 'agent'?",
    ],
  ],
  [
    'an unknown component in the long form',
    [['{ component: app,', '{ component: apps,']],
    [
      "fleet.yaml:35:22: images.web.components[0].component: expected a component of this fleet, found 'apps', did you mean 'app'?",
    ],
  ],
  [
    'an unknown ring',
    [['timeout: 90m', 'rings: [everyone, erly]']],
    ["fleet.yaml:36:23: images.web.rings[1]: expected a ring of this fleet, found 'erly', did you mean 'early'?"],
  ],
  [
    'a ring twice',
    [['timeout: 90m', 'rings: [early, early]']],
    ["fleet.yaml:36:20: images.web.rings[1]: expected each once, found 'early' again"],
  ],
  [
    'a cycle',
    [['parent: linux-soe', 'parent: web']],
    ['fleet.yaml:27:13: images.base.parent: expected a way to an upstream, found a cycle: base -> web -> base'],
  ],
  [
    'an image that is its own parent',
    [['parent: base', 'parent: web']],
    ['fleet.yaml:32:13: images.web.parent: expected a way to an upstream, found a cycle: web -> web'],
  ],
  [
    'an image and an upstream of one name',
    [['  arm-soe:', '  web:']],
    ['fleet.yaml:31:3: images.web: expected a name that no upstream has: a parent may be either'],
  ],
  [
    'one name for two distribution configurations',
    [
      ['  early:', '  b-early:'],
      ['  everyone:', '  early:'],
      ['  web:\n', '  base-b:\n'],
    ],
    [
      "fleet.yaml:31:3: images.base-b: expected another name: with ring 'early' it makes 'acme-base-b-early', as 'base' does with ring 'b-early'",
    ],
  ],
  [
    'a wrong name beside a wrong shape of the same image',
    [
      ['parent: base', 'parent: bass'],
      ['timeout: 90m', 'timeout: soon'],
    ],
    [
      "fleet.yaml:32:13: images.web.parent: expected an upstream or an image of this fleet, found 'bass', did you mean 'base'?",
      "fleet.yaml:36:14: images.web.timeout: expected a duration such as '45m', '2h' or '7d', found 'soon'",
    ],
  ],
  [
    'several causes',
    [
      ["account: '111122223333'", 'account: 111122223333'],
      ['parent: base', 'parent: bass'],
      ['timeout: 90m', 'timeuot: 90m'],
      ['us-east-1', 'us-esat-1'],
    ],
    [
      "fleet.yaml:2:19: build.account: expected an AWS account id in quotes, such as '111122223333', found the number 111122223333: write it in quotes, '111122223333'",
      "fleet.yaml:32:13: images.web.parent: expected an upstream or an image of this fleet, found 'bass', did you mean 'base'?",
      "fleet.yaml:36:5: images.web: unknown key 'timeuot', did you mean 'timeout'?",
      "fleet.yaml:40:26: rings.early.regions[1]: expected an AWS region, found 'us-esat-1', did you mean 'us-east-1'?",
    ],
  ],
]

describe('a fleet whose names lead nowhere', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})
