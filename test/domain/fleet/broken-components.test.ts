import { describe, expect, it } from 'vitest'
import { type Edit, many, problemsAfter } from './broken.ts'

const ofOneMachine = ['/opt/patch.yaml', '~/patch.yaml', 'C:\\patch.yaml']

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'a component with a file and a document',
    [
      [
        'file: patch.yaml',
        'file: patch.yaml, document: { phases: [{ name: build, steps: [{ name: A, action: Reboot }] }] }',
      ],
    ],
    ["fleet.yaml:13:3: components.patch: expected 'file', 'document', 'uri' or 'arn', found file and document"],
  ],
  [
    'a component with no steps',
    [['platform: Linux, file: patch.yaml', 'platform: Linux']],
    ["fleet.yaml:13:3: components.patch: expected 'file', 'document', 'uri' or 'arn', found none of them"],
  ],
  [
    'a component file that is not there',
    [['file: patch.yaml', 'file: pitch.yaml']],
    ["fleet.yaml:13:35: components.patch.file: expected an AWSTOE document, found no file 'pitch.yaml'"],
  ],
  ...ofOneMachine.map((path): [string, Edit[], string[]] => [
    `a component file of one machine: ${path}`,
    [['file: patch.yaml', `file: '${path}'`]],
    [
      `fleet.yaml:13:35: components.patch.file: expected a path relative to the fleet file, such as files/agent.yaml or ../shared/agent.yaml, found '${path}'`,
    ],
  ]),
  ['a component file beside the folder of the fleet, which is fine', [['file: patch.yaml', 'file: ../patch.yaml']], []],
  [
    'a component file in another encoding',
    [['file: patch.yaml', 'file: utf16.yaml']],
    ['utf16.yaml:1:1: expected UTF-8, found another encoding: save it as UTF-8'],
  ],
  [
    'a component file that is not YAML',
    [['file: patch.yaml', 'file: torn.yaml']],
    [
      'torn.yaml:1:10: this is not YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  [
    'a component file that is no AWSTOE document',
    [['file: patch.yaml', 'file: list.yaml']],
    ['list.yaml:1:1: expected a mapping of keys to values, found a list'],
  ],
  [
    'a component file without a version',
    [['file: patch.yaml', 'file: unversioned.yaml']],
    ["unversioned.yaml:1:1: the key 'schemaVersion' is missing: expected 1.0"],
  ],
  [
    'a component file with wrong parts',
    [['file: patch.yaml', 'file: wrong.yaml']],
    [
      "wrong.yaml:5:28: phases[0].steps[0].action: expected an AWSTOE action, found 'UpdateOs', did you mean 'UpdateOS'?",
      "wrong.yaml:5:49: phases[0].steps[0].onFailure: expected one of Abort, Continue, Ignore, found 'Stop'",
      "wrong.yaml:6:11: phases[0].steps[1]: unknown key 'nmae', did you mean 'name'?",
    ],
  ],
  [
    'a component file that is too long',
    [['file: patch.yaml', 'file: long.yaml']],
    [
      'long.yaml:1:1: expected at most 65,536 bytes, as Image Builder does, found 66,097. Divide the component into two, or let it download what is long.',
    ],
  ],
  [
    'a component file with things twice',
    [['file: patch.yaml', 'file: twice.yaml']],
    [
      "fleet.yaml:29:18: images.base.components[0]: 'patch' needs the parameter 'Home', which has no default",
      "twice.yaml:2:15: constants[0]: expected each name once, found 'Home' again",
      "twice.yaml:7:11: phases[1].name: expected each phase once, found 'test' again",
      "twice.yaml:8:50: phases[1].steps[1].name: expected each step name once in a phase, found 'A' again",
    ],
  ],
  [
    'inline steps that are too long',
    [['install {{ Version }}', 'é'.repeat(32_768)]],
    [
      'fleet.yaml:19:7: components.app.document: expected at most 65,536 bytes, as Image Builder does, found 65,711. Divide the component into two, or let it download what is long.',
    ],
  ],
  [
    'a component of another region',
    [['imagebuilder:us-west-2:aws', 'imagebuilder:eu-west-1:aws']],
    [
      'fleet.yaml:15:17: components.agent.arn: expected a component in the build region us-west-2, found one in eu-west-1',
    ],
  ],
  [
    'a parameter that nothing declares',
    [["{ Version: '1.10' }", "{ Verison: '1.10' }"]],
    [
      "fleet.yaml:35:41: images.web.components[0].parameters: 'app' declares no parameter 'Verison', did you mean 'Version'?",
    ],
  ],
  [
    'a parameter of a component that has none',
    [['[patch, agent]', "[{ component: patch, parameters: { Level: '2' } }]"]],
    ["fleet.yaml:29:52: images.base.components[0].parameters: 'patch' declares no parameter 'Level': expected none"],
  ],
  [
    'a parameter that is missing',
    [["{ component: app, parameters: { Version: '1.10' } }", 'app']],
    ["fleet.yaml:35:9: images.web.components[0]: 'app' needs the parameter 'Version', which has no default"],
  ],
  [
    'more than 25 parameters',
    [
      [
        "{ Version: '1.10' }",
        many(26, (i) => `P${i}: x`)
          .replace('[', '{')
          .replace(']', '}'),
      ],
    ],
    [
      'fleet.yaml:35:39: images.web.components[0].parameters: expected at most 25 parameters, the limit of Image Builder, found 26',
    ],
  ],
  [
    'more than 25 declared parameters',
    [
      [
        '\n        - Version: { type: string }',
        ` ${many(26, (i) => `{ ${i === 0 ? 'Version' : `Name${i}`}: { type: string } }`)}`,
      ],
    ],
    [
      'fleet.yaml:19:19: components.app.document.parameters: expected at most 25 parameters, the limit of Image Builder, found 26',
    ],
  ],
  [
    'an action of the other platform',
    [['action: ExecuteBash', 'action: ExecutePowerShell']],
    [
      "fleet.yaml:24:40: components.app.document.phases[0].steps[0].action: expected an action for Linux, found 'ExecutePowerShell' for Windows",
    ],
  ],
  [
    'an action that does not exist',
    [['action: ExecuteBash', 'action: ExecuteBush']],
    [
      "fleet.yaml:24:40: components.app.document.phases[0].steps[0].action: expected an AWSTOE action, found 'ExecuteBush', did you mean 'ExecuteBash'?",
    ],
  ],
  [
    'a reference to nothing',
    [['{{ Version }}', '{{ Verison }}']],
    [
      "fleet.yaml:24:83: components.app.document.phases[0].steps[0].inputs.commands[0]: expected a declared parameter or constant, found '{{ Verison }}', did you mean 'Version'?",
    ],
  ],
  [
    'a phase that does not exist',
    [['name: build', 'name: biuld']],
    [
      "fleet.yaml:22:17: components.app.document.phases[0].name: expected one of build, validate, test, found 'biuld', did you mean 'build'?",
    ],
  ],
]

describe('a fleet with broken components', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})
