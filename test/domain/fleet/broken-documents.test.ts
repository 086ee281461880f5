import { describe, expect, it } from 'vitest'
import type { Platform } from '../../../domain/fleet/model.ts'
import { problemsAfter } from './broken.ts'
import { documentOf, judged } from './documents.ts'

const chained = `schemaVersion: 1.0
phases:
  - name: build
    steps:
      - { name: Version, action: ExecuteBash, timeoutSeconds: 0, inputs: { commands: [agent --version] } }
      - name: Misspelt
        action: ExecuteBash
        inputs: { commands: ['echo {{ build.Verison.outputs.stdout }}'] }
      - name: Later
        action: ExecuteBash
        inputs:
          commands:
            - |
              set -e

              echo {{ validate.Check.outputs.stdout }}
      - name: Nested
        action: ExecuteDocument
        maxAttempts: 3
        inputs: { document: 's3://bucket/other.yaml' }
  - name: validate
    steps: [{ name: Check, action: ExecuteBash, inputs: { commands: ['true'] } }]
  - name: test
    steps: [{ name: Compare, action: ExecuteBash, inputs: { commands: ['echo "{{ build.Version.outputs.stdout }}"'] } }]
`

const named = `schemaVersion: 1.0
parameters: [{ Proxy: { type: string, default: '' } }]
phases:
  - name: build
    steps:
      - name: OnlyProxied
        if: { not: { equals: '', value: '{{ Proxy }}' } }
        action: ExecuteBash
        inputs: { commands: [echo] }
      - name: Typo
        if: { stringEquals: x, value: '{{ Proxi }}' }
        action: ExecuteBash
        inputs: { commands: ['true'] }
      - name: Each
        action: ExecuteBash
        loop: { name: each, forEach: { list: '{{ Proxy }},{{ Prosy }}' } }
        inputs: { commands: ['echo {{ each.value }} {{ eich.value }} {{ each.valeu }}'] }
      - name: Nested
        action: ExecuteDocument
        inputs: { document: { path: other.yaml } }
`

describe('a document says all that is wrong in it at once', () => {
  it('of its steps and what they take from each other', () => {
    expect(judged(chained).problems).toEqual([
      'agent.yaml:5:63: phases[0].steps[0].timeoutSeconds: expected -1 or a whole number from 1 to 604800 (seconds), found the number 0',
      "agent.yaml:8:36: phases[0].steps[1].inputs.commands[0]: expected a step of the phase build, found '{{ build.Verison.outputs.stdout }}', did you mean 'Version'?",
      "agent.yaml:16:20: phases[0].steps[2].inputs.commands[0]: expected an earlier step, found '{{ validate.Check.outputs.stdout }}': 'Check' has not run when this step runs",
      'agent.yaml:19:9: phases[0].steps[3].maxAttempts: expected no maxAttempts: ExecuteDocument always has 1, and AWSTOE refuses another one, found 3',
      "agent.yaml:24:79: phases[2].steps[0].inputs.commands[0]: expected a step of the test stage, found '{{ build.Version.outputs.stdout }}': Image Builder runs the build stage by itself, so nothing of it is there. Find the value again in this phase",
    ])
  })

  it('at the same places where a line ends as on Windows', () => {
    expect(judged(chained.replaceAll('\n', '\r\n')).problems).toEqual(judged(chained).problems)
  })

  it('of its names, wherever AWSTOE puts something in their place', () => {
    expect(judged(named).problems).toEqual([
      "agent.yaml:7:22: phases[0].steps[0].if.not: unknown operator 'equals', did you mean 'stringEquals'?",
      "agent.yaml:11:40: phases[0].steps[1].if.value: expected a declared parameter or constant, found '{{ Proxi }}', did you mean 'Proxy'?",
      "agent.yaml:16:59: phases[0].steps[2].loop.forEach.list: expected a declared parameter or constant, found '{{ Prosy }}', did you mean 'Proxy'?",
      "agent.yaml:17:53: phases[0].steps[2].inputs.commands[0]: expected the loop of this step, loop or each, found '{{ eich.value }}', did you mean 'each'?",
      "agent.yaml:17:70: phases[0].steps[2].inputs.commands[0]: expected each.index or each.value, found '{{ each.valeu }}', did you mean 'value'?",
      'agent.yaml:20:29: phases[0].steps[3].inputs.document: expected text, found a mapping',
    ])
  })

  it('also where it stands in the fleet file', () => {
    const step = "{ name: Install, action: ExecuteBash, inputs: { commands: ['install {{ Version }}'] } }"
    const broken =
      "{ name: Install, action: ExecuteBash, timeoutSeconds: 0, inputs: { comands: ['install {{ Verison }}'] } }"
    expect(problemsAfter([[step, broken]])).toEqual([
      'fleet.yaml:24:69: components.app.document.phases[0].steps[0].timeoutSeconds: expected -1 or a whole number from 1 to 604800 (seconds), found the number 0',
      "fleet.yaml:24:82: components.app.document.phases[0].steps[0].inputs: unknown key 'comands', did you mean 'commands'?",
      "fleet.yaml:24:101: components.app.document.phases[0].steps[0].inputs.comands[0]: expected a declared parameter or constant, found '{{ Verison }}', did you mean 'Version'?",
    ])
  })
})

const bash = (text: string) => ({ action: 'ExecuteBash', inputs: { commands: [text] } })
const first = { name: 'First', ...bash('echo') }
const files = {
  name: 'Files',
  action: 'S3Download',
  inputs: [
    { source: 's3://bucket/a', destination: '/tmp/a' },
    { source: 's3://bucket/b', destination: '/tmp/b' },
  ],
}

/** What is said of a step after two others; without its place. */
const saidOf = (step: object, platform?: Platform) =>
  judged(documentOf(first, files, { name: 'Third', ...step }), platform ? { platform } : {}).problems.map((problem) =>
    problem.replace(/^agent\.yaml:1:\d+: phases\[0\]\.steps\[2\](\.|: (?=the key))?/, ''),
  )

describe('what a step takes of another one', () => {
  it.each([
    '{{ build.First.outputs.stdout }}',
    '{{build.First.outputs[0].stdout}}',
    '{{ build.First.inputs.commands }}',
    '{{ build.Files.inputs[1].destination }}',
    '{{ .Names }} {{ ansible_facts.os.name }} {{ item.value }}',
    '{{ aws:ssm:/my/param }} {{ aws:ssm:resolve(aws:ssm:/name) }}',
  ])('may be %s', (text) => expect(saidOf(bash(text))).toEqual([]))

  it.each([
    ['{{ biuld.First.outputs.stdout }}', 'expected a phase of this document, build, ', ", did you mean 'build'?"],
    ['{{ build.Firts.outputs.stdout }}', 'expected a step of the phase build, ', ", did you mean 'First'?"],
    ['{{ build.Nothing.outputs.stdout }}', 'expected a step of the phase build, ', ': it has First, Files, Third'],
    ['{{ build.Third.outputs.stdout }}', 'expected an earlier step, ', ": 'Third' has not run when this step runs"],
    ['{{ build.First.outputs.stdot }}', 'expected an output of ExecuteBash, stdout, ', ", did you mean 'stdout'?"],
    ['{{ build.Files.outputs.stdout }}', 'expected a step that has outputs, ', ': S3Download has none'],
    ['{{ build.First.output.stdout }}', 'expected inputs or outputs of a step, ', ", did you mean 'outputs'?"],
    ['{{ build.First.stdout }}', 'expected {{ build.First.outputs.NAME }} or {{ build.First.inputs.NAME }}, ', ''],
    [
      '{{ build.First.inputs.command }}',
      'expected an input that the step has, commands, ',
      ", did you mean 'commands'?",
    ],
    [
      '{{ build.Files.inputs.source }}',
      'expected inputs[0] or another of the 2 inputs, ',
      ': those of S3Download are a list',
    ],
    ['{{ build.Files.inputs[2].source }}', 'expected an index below 2, the number of inputs of that step, ', ''],
    ['{{ aws:smm:/my/param }}', 'expected aws:ssm: and the name of a parameter, ', ''],
    ['{{ aws:ssm:resolve(name) }}', 'expected a declared parameter in resolve(), ', ''],
    ['{{ loop.value }}', 'expected a loop in this step, ', ': AWSTOE leaves it as it is'],
  ])('is not %s', (text, expected, hint) =>
    expect(saidOf(bash(text))).toEqual([`inputs.commands[0]: ${expected}found '${text}'${hint}`]),
  )

  it('comes from no phase that Image Builder runs later, wherever the document has it', () => {
    const steps = (name: string, text: string) => [{ name, ...bash(text) }]
    const document = {
      schemaVersion: '1.0',
      phases: [
        { name: 'validate', steps: steps('Check', 'true') },
        { name: 'build', steps: steps('Use', '{{ validate.Check.outputs.stdout }}') },
      ],
    }
    expect(judged(JSON.stringify(document)).problems).toEqual([expect.stringContaining('expected an earlier step, ')])
    expect(judged(JSON.stringify({ ...document, phases: document.phases.toReversed() })).problems).toEqual([
      expect.stringContaining('expected an earlier step, '),
    ])
  })

  it('goes from build to validate', () => {
    const validate = { name: 'validate', steps: [{ name: 'Check', ...bash('{{ build.First.outputs.stdout }}') }] }
    const document = { schemaVersion: '1.0', phases: [{ name: 'build', steps: [first] }, validate] }
    expect(judged(JSON.stringify(document)).problems).toEqual([])
  })
})

/** What a step does then. The lint takes an object with a member `then` for a promise. */
const saying = (yes: string, no?: string) =>
  Object.fromEntries(
    no
      ? [
          ['then', yes],
          ['else', no],
        ]
      : [['then', yes]],
  )

const output = '{{ build.First.outputs.stdout }}'

describe('a condition', () => {
  it.each<object>([
    { stringEquals: 'arm64', value: output },
    { numberGreaterThan: 2, value: '1.5', ...saying('Abort', 'Skip') },
    { numberEquals: '-1', value: output },
    { fileExists: '/etc/a', ...saying('Skip', 'Execute') },
    { not: { fileExists: '/etc/a' } },
    { not: [{ stringIsEmpty: '' }] },
    { and: [{ binaryExists: 'yum' }, { not: { binaryExists: 'unzip' } }] },
    { or: [{ and: [{ numberGreaterThan: 2, value: output }] }, { patternMatches: '^a$', value: 'a' }] },
    { fileMD5Equals: 'd41d8cd98f00b204e9800998ecf8427e', path: '/tmp/a' },
  ])('may be %j', (condition) => expect(saidOf({ ...bash('echo'), if: condition })).toEqual([]))

  it.each<[object | string, string[]]>([
    ['yes', ["if: expected a mapping with an operator such as stringEquals, found 'yes'"]],
    [[{ fileExists: '/a' }], ['if: expected a mapping with an operator such as stringEquals, found a list']],
    [{}, ['if: the operator is missing: expected a comparison such as stringEquals, or and, or, not']],
    [
      { ...saying('Skip') },
      ['if: the operator is missing: expected a comparison such as stringEquals, or and, or, not'],
    ],
    [{ stringlesThan: 'a', value: 'b' }, ["if: unknown operator 'stringlesThan', did you mean 'stringLessThan'?"]],
    [
      { fileExists: '/a', folderExists: '/b' },
      ['if: expected one operator, found fileExists and folderExists: put more of them in a list below and, or or not'],
    ],
    [{ stringEquals: 'a' }, ["if: the key 'value' is missing: expected text or a number"]],
    [{ fileExists: '/a', value: 'b' }, ["if: unknown key 'value': expected one of fileExists, then, else"]],
    [{ fileExists: 5 }, ["if.fileExists: expected text, found the number 5: write it in quotes, '5'"]],
    [
      { numberEquals: 'a10', value: 1 },
      ["if.numberEquals: expected a number, or one in quotes such as '2.0', found 'a10'"],
    ],
    [
      { fileSHA1Equals: 'abc', path: '/a' },
      ["if.fileSHA1Equals: expected the SHA1 hash of a file, 40 hexadecimal digits, found 'abc'"],
    ],
    [{ fileExists: '/a', ...saying('Stop') }, ["if.then: expected one of Abort, Execute, Skip, found 'Stop'"]],
    [{ and: { fileExists: '/a' } }, ['if.and: expected a list of comparisons, found a mapping']],
    [{ or: [] }, ['if.or: expected a list of comparisons, found an empty list']],
    [{ not: [{ fileExists: '/a' }, { fileExists: '/b' }] }, ['if.not: expected one comparison, found 2']],
    [{ and: [{ fileExists: '/a', ...saying('Skip') }] }, ["if.and[0]: unknown key 'then': expected one of fileExists"]],
    [{ or: [{ fileExits: '/a' }] }, ["if.or[0]: unknown operator 'fileExits', did you mean 'fileExists'?"]],
    [
      { stringEquals: output, value: 'a' },
      [
        `if.stringEquals: expected nothing of another step here, found '${output}': AWSTOE takes it in inputs, in what forEach goes through, and as the value of a comparison`,
      ],
    ],
  ])('is not %j', (condition, problems) => {
    expect(saidOf({ ...bash('echo'), if: condition })).toEqual(problems)
    // Assert takes the same, but for what a step does then; each value of its may be of another step.
    const asserted = saidOf({ action: 'Assert', inputs: condition })
    const isOfIf =
      JSON.stringify(condition).includes('"then"') || problems.some((text) => text.includes('of another step'))
    if (!isOfIf)
      expect(asserted).toEqual(problems.map((text) => text.replace(/^if/, 'inputs').replace(', then, else', '')))
  })

  it('of Assert says nothing of what a step does then, and has to be there', () => {
    expect(saidOf({ action: 'Assert', inputs: { fileExists: '/a', ...saying('Skip') } })).toEqual([
      "inputs: unknown key 'then': expected one of fileExists",
    ])
    expect(saidOf({ action: 'Assert' })).toEqual([
      "the key 'inputs' is missing: Assert needs a comparison such as stringEquals",
    ])
    expect(saidOf({ action: 'Assert', inputs: { stringEquals: output, value: output } })).toEqual([])
  })
})

describe('a loop', () => {
  it.each<object>([
    { for: { start: 1, end: 3, updateBy: 1 } },
    { for: { start: 3, end: 1, updateBy: -1 } },
    { for: { start: 1, end: 1, updateBy: 5 } },
    { name: 'each', forEach: ['a', output] },
    { forEach: { list: 'a,b' } },
    { forEach: { list: output, delimiter: '\n' } },
  ])('may be %j', (loop) => expect(saidOf({ ...bash('{{ loop.index }}{{ loop.value }}'), loop })).toEqual([]))

  it.each<[unknown, string[]]>([
    ['twice', ["loop: expected a mapping of keys to values, found 'twice'"]],
    [{ name: 'each' }, ["loop: expected 'for' or 'forEach', found none of them"]],
    [
      { for: { start: 1, end: 2, updateBy: 1 }, forEach: ['a'] },
      ["loop: expected 'for' or 'forEach', found for and forEach"],
    ],
    [{ foreach: ['a'] }, ["loop: unknown key 'foreach', did you mean 'forEach'?"]],
    [{ for: { start: 1, end: 2 } }, ["loop.for: the key 'updateBy' is missing: expected a whole number"]],
    [{ for: { start: '1', end: 2, updateBy: 1 } }, ["loop.for.start: expected a whole number, found '1'"]],
    [
      { for: { start: 1, end: 2, updateBy: 0 } },
      ['loop.for.updateBy: expected a whole number that is not 0: the loop never ends, found 0'],
    ],
    [
      { for: { start: 1, end: 9, updateBy: -1 } },
      ['loop.for.updateBy: expected a positive number: from 1 the loop never comes to 9, found -1'],
    ],
    [{ forEach: [] }, ['loop.forEach: expected at least one text, found none']],
    [{ forEach: [1] }, ["loop.forEach[0]: expected text, found the number 1: write it in quotes, '1'"]],
    [
      { forEach: { list: 'a|b', delimiter: '|' } },
      ["loop.forEach.delimiter: expected one of . , ; : - _ or a new line, a tab or a space, found '|'"],
    ],
    [
      { forEach: ['{{ loop.value }}'] },
      ["loop.forEach[0]: expected nothing of a loop here, found '{{ loop.value }}': AWSTOE takes it in inputs alone"],
    ],
  ])('is not %j', (loop, problems) => expect(saidOf({ ...bash('echo'), loop })).toEqual(problems))

  it('has a name that no other loop of the phase has', () => {
    const step = (name: string) => ({ name, ...bash('echo'), loop: { name: 'each', forEach: ['a'] } })
    expect(judged(documentOf(step('A'), step('B'))).problems).toEqual([
      expect.stringMatching(/steps\[1\]\.loop\.name: expected each loop name once in a phase, found 'each' again$/),
    ])
  })
})

describe('a name that a document declares', () => {
  const declare = (section: string, entry: object) =>
    judged(JSON.stringify({ schemaVersion: '1.0', [section]: [entry], phases: [{ name: 'build', steps: [first] }] }))
      .problems
  it.each(['parameters', 'constants'])('has 3 to 128 letters, digits, hyphens and underscores: %s', (section) => {
    const value = section === 'constants' ? { type: 'string', value: 'a' } : { type: 'string', default: 'a' }
    for (const name of ['abc', 'A_b-9', 'x'.repeat(128)]) expect(declare(section, { [name]: value })).toEqual([])
    for (const name of ['ab', 'a b', 'a.b', 'x'.repeat(129)])
      expect(declare(section, { [name]: value })).toEqual([
        expect.stringContaining(`${section}[0]: expected a name of 3 to 128 letters, digits, hyphens and underscores`),
      ])
  })

  it('is of a text: a constant has one', () => {
    expect(declare('constants', { Home: { type: 'string' } })).toEqual([
      expect.stringContaining("constants[0].Home: the key 'value' is missing: expected text"),
    ])
    expect(declare('constants', { Home: { type: 'number', value: 'a' } })).toEqual([
      expect.stringContaining("constants[0].Home.type: expected one of string, found 'number'"),
    ])
  })
})

describe('a step', () => {
  it.each([-1, 1, 604_800])('may have %i seconds', (timeoutSeconds) =>
    expect(saidOf({ ...bash('echo'), timeoutSeconds })).toEqual([]),
  )
  it.each([0, -2, 604_801, 1.5])('has no %d seconds', (timeoutSeconds) =>
    expect(saidOf({ ...bash('echo'), timeoutSeconds })).toEqual([
      `timeoutSeconds: expected -1 or a whole number from 1 to 604800 (seconds), found the number ${timeoutSeconds}`,
    ]),
  )
  it('that runs another document has the time and the attempts that AWSTOE gives it', () => {
    const nested = { action: 'ExecuteDocument', inputs: { document: 'other.yaml' } }
    expect(saidOf({ ...nested, timeoutSeconds: -1, maxAttempts: 1 })).toEqual([])
    expect(saidOf({ ...nested, timeoutSeconds: 60 })).toEqual([
      'timeoutSeconds: expected no timeoutSeconds: ExecuteDocument always has -1, and AWSTOE refuses another one, found 60',
    ])
  })
})
