import { describe, expect, it } from 'vitest'
import { imageFingerprint } from '../../../domain/fleet/image-fingerprint.ts'
import { FleetInvalid, parseFleet } from '../../../domain/fleet/parse.ts'
import { type WorkflowInputType, workflowActions } from '../../../domain/fleet/workflow-actions.ts'

/** A fleet with a workflow of each kind and an image that has them, to break in one place at a time. */
const sound = `name: acme
build: { account: '111122223333', region: us-west-2 }
notify: { email: [team@example.com] }
upstreams: { soe: { platform: Linux, ami: { owner: '444455556666', name: soe-* } } }
infrastructure: { small: { instanceTypes: [m7i.large] } }
components: { patch: { arn: arn:aws:imagebuilder:us-west-2:aws:component/patch/x.x.x } }
rings: { all: { accounts: ['222233334444'], regions: [us-west-2] } }
workflows:
  bake:
    type: build
    document:
      parameters: [{ name: Strict, type: boolean }, { name: Level, type: integer, default: 3 }]
      steps:
        - { name: Launch, action: LaunchInstance, inputs: { waitFor: ssmAgent } }
        - { name: Install, action: ExecuteComponents, inputs: { 'instanceId.$': $.stepOutputs.Launch.instanceId } }
        - { name: Snapshot, action: CreateImage, inputs: { 'instanceId.$': $.stepOutputs.Launch.instanceId } }
      outputs: [{ name: ImageId, value: $.stepOutputs.Snapshot.imageId }]
  probe: { type: test, file: probe.yaml }
  theirs: { arn: arn:aws:imagebuilder:us-west-2:aws:workflow/test/test-image/x.x.x }
images:
  web:
    parent: soe
    infrastructure: small
    components: [patch]
    volumes: [{ device: /dev/xvda, size: 20 }]
    workflows: [{ workflow: bake, parameters: { Strict: true } }, probe, theirs]
`

const launch = '{ name: Launch, action: LaunchInstance, inputs: { waitFor: ssmAgent } }'
/** A test of two steps, the second of which is given. */
const probe = (
  step = '{ name: Look, action: RunCommand, inputs: { instanceId: i-1, documentName: AWS-RunShellScript } }',
) => `schemaVersion: 1.0\nsteps:\n  - ${launch}\n  - ${step}\n`

const problemsIn = (fleet: string, file: string | undefined = probe()) => {
  try {
    parseFleet(fleet, 'fleet.yaml', () => file)
    return []
  } catch (error) {
    if (error instanceof FleetInvalid) return error.message.split('\n')
    throw error
  }
}

const after = (...edits: [from: string, to: string][]) =>
  problemsIn(
    edits.reduce((text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`)
      return text.replace(from, () => to)
    }, sound),
  )

it('bakes an image again when a document of its workflows changes, or what it gives one', () => {
  const fingerprint = (text: string, file = probe()) =>
    imageFingerprint(
      parseFleet(text, 'fleet.yaml', () => file),
      'web',
      () => file,
    )
  const changed = [
    fingerprint(sound),
    fingerprint(sound, probe().replace('Look', 'Watch')),
    fingerprint(sound.replace('name: Install', 'name: Setup')),
    fingerprint(sound.replace('Strict: true', 'Strict: false')),
    fingerprint(sound.replace('test-image/', 'test-more/')),
    fingerprint(sound.replace('probe, theirs', 'theirs, probe')),
  ]
  expect(new Set(changed).size).toBe(changed.length)
})

it('says nothing of a sound one', () => expect(problemsIn(sound)).toEqual([]))

it.each([
  ['an output of the build', '$.workflowOutputs.ImageId', 'LaunchInstance', ''],
  ['a step for the other platform with a condition', 'i-1', 'RunSysPrep', 'if: { stringEquals: a, value: b }, '],
])('says nothing of %s', (_, value, action, condition) => {
  const inputs = action === 'RunSysPrep' ? `instanceId: ${value}` : `waitFor: ssmAgent, 'imageIdOverride.$': ${value}`
  expect(problemsIn(sound, probe(`{ name: Look, action: ${action}, ${condition}inputs: { ${inputs} } }`))).toEqual([])
})

const inFleet: [what: string, edits: [string, string][], problems: (string | RegExp)[]][] = [
  [
    'one that distributes',
    [['type: build', 'type: distribution']],
    [
      /^fleet.yaml:10:11: workflows.bake.type: expected build or test \(one that distributes would take .*, found 'distribution'/,
    ],
  ],
  [
    'one that distributes, by its ARN',
    [['workflow/test/test-image', 'workflow/distribution/distribute-image']],
    [/^fleet.yaml:19:18: workflows.theirs.arn: expected a workflow of type build or test: one that distributes/],
  ],
  [
    'one of AWS with a version',
    [['test-image/x.x.x', 'test-image/1.0.0']],
    [
      'fleet.yaml:19:18: workflows.theirs.arn: expected the version x.x.x, the only one of a workflow of AWS that Image Builder takes',
    ],
  ],
  [
    'one of another region',
    [['imagebuilder:us-west-2:aws:workflow', 'imagebuilder:eu-west-1:aws:workflow']],
    [
      'fleet.yaml:19:18: workflows.theirs.arn: expected a workflow in the build region us-west-2, found one in eu-west-1',
    ],
  ],
  [
    'one without steps',
    [['{ type: test, file: probe.yaml }', '{ type: test }']],
    ["fleet.yaml:18:3: workflows.probe: expected 'file', 'document' or 'arn', found none of them"],
  ],
  [
    'one that nobody has written',
    [['probe, theirs]', 'prob]']],
    [
      "fleet.yaml:26:67: images.web.workflows[1]: expected a workflow of this fleet, found 'prob', did you mean 'probe'?",
    ],
  ],
  [
    'two that build',
    [['probe, theirs]', 'bake]']],
    [
      /workflows\[1\]: 'bake' needs the parameter 'Strict'/,
      /workflows\[1\]: expected one workflow that builds, found 2/,
    ],
  ],
  [
    'eleven that test',
    [['probe, theirs]', `${'probe, '.repeat(11)}]`]],
    [/workflows\[11\]: expected at most 10 workflows that test, the limit of Image Builder, found 11/],
  ],
  [
    'tests of an image without tests',
    [['    parent: soe', '    tests: false\n    parent: soe']],
    [/workflows\[1\]: expected no workflow that tests beside 'tests: false'/],
  ],
  [
    'parameters of no workflow, of another type, and none',
    [['parameters: { Strict: true }', "parameters: { Strict: 'yes', Levle: 2 }"]],
    [
      /parameters.Strict: expected true or false, found 'yes'/,
      /workflows\[0\].parameters: 'bake' declares no parameter 'Levle', did you mean 'Level'\?/,
    ],
  ],
  [
    'a parameter that has no value',
    [[', parameters: { Strict: true }', '']],
    [/workflows\[0\]: 'bake' needs the parameter 'Strict', which has no default/],
  ],
  [
    'a build that goes on after a failure, in a group',
    [['{ Strict: true } }', '{ Strict: true }, onFailure: continue, parallelGroup: a }']],
    [
      /workflows\[0\]: expected abort: a build that failed has no AMI to go on with/,
      /workflows\[0\]: expected no parallelGroup: it is for workflows that test/,
    ],
  ],
  [
    'a build whose AMI is an instance',
    [['value: $.stepOutputs.Snapshot.imageId', 'value: $.stepOutputs.Launch.instanceId']],
    [/outputs\[0\].value: expected the AMI, .* of a step CreateImage, found '\$.stepOutputs.Launch.instanceId'/],
  ],
  [
    'a build whose AMI is written out',
    [['value: $.stepOutputs.Snapshot.imageId', 'value: ami-0a1b2c3d4e5f67890']],
    [/outputs\[0\].value: expected the AMI, .* of a step CreateImage, found 'ami-0a1b2c3d4e5f67890'/],
  ],
  [
    'a build without its parts',
    [
      ['LaunchInstance, inputs: { waitFor: ssmAgent }', 'WaitForSSMAgent, inputs: { instanceId: i-1 }'],
      ['ExecuteComponents', 'SanitizeInstance'],
      ['ImageId', 'TheImage'],
    ],
    [
      /document.steps: expected a step LaunchInstance/,
      /document.steps: expected a step ExecuteComponents/,
      /expected an output of WaitForSSMAgent, found '\$.stepOutputs.Launch.instanceId'/,
      /expected an output of WaitForSSMAgent, found '\$.stepOutputs.Launch.instanceId'/,
      /document.outputs: expected an output ImageId/,
    ],
  ],
  [
    'a check of packages that nothing collects',
    [['    parent: soe', '    checks: { packages: { required: [bash] } }\n    parent: soe']],
    [/workflows\[0\]: expected a step CollectImageMetadata in 'bake': checks.packages judges what it collects/],
  ],
  [
    'a check of vulnerabilities that nothing collects',
    [
      ['    parent: soe', '    scanning: true\n    checks: { vulnerabilities: { critical: 0 } }\n    parent: soe'],
      [', theirs', ''],
    ],
    [/workflows\[1\]: expected a step CollectImageScanFindings in 'probe': checks.vulnerabilities judges/],
  ],
  [
    'a step for the other platform',
    [
      ['probe, theirs]', 'probe, windows]'],
      [
        '  probe: {',
        '  windows: { type: test, document: { steps: [{ name: Launch, action: LaunchInstance, inputs: { waitFor: ssmAgent } }, { name: Prep, action: RunSysPrep, inputs: { instanceId: i-1 } }] } }\n  probe: {',
      ],
    ],
    [
      /workflows\[2\]: expected steps for Linux, the system of this image, found RunSysPrep in 'windows': give the step 'Prep' a condition/,
    ],
  ],
  [
    'an output of no workflow before',
    [
      ['probe, theirs]', 'late, probe]'],
      [
        '  probe: {',
        "  late: { type: test, document: { steps: [{ name: Launch, action: LaunchInstance, inputs: { waitFor: ssmAgent, 'imageIdOverride.$': $.workflowOutputs.ImageIdd } }] } }\n  probe: {",
      ],
    ],
    [
      /workflows\[1\]: expected an output of a workflow that runs before, found '\$.workflowOutputs.ImageIdd' in 'late', did you mean 'ImageId'\?/,
    ],
  ],
  [
    'a default of another type, and a name twice',
    [
      ['default: 3', 'default: many'],
      ['name: Install', 'name: Launch'],
    ],
    [
      /parameters\[1\].default: expected a whole number/,
      /steps\[1\].name: expected each name once, found 'Launch' again/,
    ],
  ],
]

it.each(inFleet)('%s', (_, edits, problems) => {
  expect(after(...edits)).toEqual(
    problems.map((problem) => (problem instanceof RegExp ? expect.stringMatching(problem) : problem)),
  )
})

const named = 'name: Look, action'
const onLaunched = "'instanceId.$': $.stepOutputs.Launch.instanceId"
const commanded = `${onLaunched}, documentName: AWS-RunShellScript`

/** A step of a file, and what is said of it after `probe.yaml:4:`. */
const steps: [step: string, problems: string[]][] = [
  [
    `${named}: RunComand, inputs: {}`,
    ["27: steps[1].action: expected a step action of Image Builder, found 'RunComand', did you mean 'RunCommand'?"],
  ],
  [`${named}: RunCommand`, ["5: steps[1]: the key 'inputs' is missing: RunCommand needs instanceId and documentName"]],
  [
    `${named}: RunCommand, inputs: { ${onLaunched} }`,
    ["39: steps[1].inputs: the key 'documentName' is missing: RunCommand needs it"],
  ],
  [
    `${named}: RunCommand, inputs: { ${commanded}, parameters: { commands: reboot } }`,
    ["156: steps[1].inputs.parameters.commands: expected a list, found 'reboot'"],
  ],
  [
    `${named}: TerminateInstance, inputs: { instanceId: $.stepOutputs.Launch.instanceId }`,
    ["56: steps[1].inputs: expected the key 'instanceId.$', as its value is a variable, found 'instanceId'"],
  ],
  [
    `${named}: TerminateInstance, inputs: { 'instanceId.$': $.stepOutputs.Lunch.instanceId }`,
    [
      "72: steps[1].inputs.instanceId.$: expected an earlier step of this workflow, found '$.stepOutputs.Lunch.instanceId', did you mean 'Launch'?",
    ],
  ],
  [
    `${named}: TerminateInstance, inputs: { 'instanceId.$': $.stepOutputs.Look.instanceId }`,
    [
      "72: steps[1].inputs.instanceId.$: expected an earlier step, found '$.stepOutputs.Look.instanceId': there is Launch",
    ],
  ],
  [
    `${named}: WaitForAction`,
    [
      "27: steps[1].action: expected no WaitForAction: it waits for an answer that Rebake never gives: let a ring's approval ask people, and checks.custom a function",
    ],
  ],
  [
    `${named}: DistributeImage, inputs: { region: us-east-1 }`,
    [
      '27: steps[1].action: expected no DistributeImage: it distributes an AMI before anything has checked it: rings distribute releases',
    ],
  ],
  [
    `${named}: CollectImageMetadata, inputs: { ${onLaunched} }`,
    ['27: steps[1].action: expected an action for test workflows, found CollectImageMetadata for build alone'],
  ],
  [
    `${named}: WaitForSSMAgent, timeoutSeconds: 20000, inputs: { ${onLaunched} }`,
    ['60: steps[1].timeoutSeconds: expected at most 10800 seconds, the longest time of WaitForSSMAgent, found 20000'],
  ],
  [
    `${named}: WaitForSSMAgent, timeoutSeconds: 20, waitSeconds: 30, inputs: { ${onLaunched} }`,
    ['77: steps[1].waitSeconds: expected at most timeoutSeconds of the step, 20, found 30'],
  ],
  [
    `${named}: ExecuteStateMachine, inputs: { 'stateMachineArn.$': $.stepOutputs.Launch.instanceId }`,
    [
      "79: steps[1].inputs.stateMachineArn.$: expected a parameter of the workflow, or stateMachineArn written out: the role of bakes is allowed what is known before, found '$.stepOutputs.Launch.instanceId'",
    ],
  ],
  [
    `${named}: ExecuteStateMachine, inputs: { stateMachineArn: 'arn:aws:states:us-west-2:111122223333:stateMachine:a', input: '{ {{ $.parameters.No }}' }`,
    ["141: steps[1].inputs.input: expected a declared parameter, found '$.parameters.No'"],
  ],
  [
    `${named}: ExecuteStateMachine, inputs: { stateMachineArn: 'arn:aws:states:us-west-2:111122223333:stateMachine:a', input: '{' }`,
    ["138: steps[1].inputs.input: expected a text that is valid JSON, found '{'"],
  ],
  [
    `${named}: RunCommand, if: { stringEquals: a, numberEquals: 1, value: a }, inputs: { ${commanded} }`,
    ['62: steps[1].if: expected one operator, found stringEquals and numberEquals'],
  ],
  [
    `${named}: RunCommand, if: { stringEqual: a, value: a }, inputs: { ${commanded} }`,
    [
      "45: steps[1].if: expected an operator, one of booleanEquals, numberEquals, numberGreaterThan, numberGreaterThanEquals, numberLessThan, numberLessThanEquals, stringEquals, and, or, not, found 'stringEqual', did you mean 'stringEquals'?",
    ],
  ],
  [
    `${named}: RunCommand, if: { booleanEquals: true, value: $.imagebuilder.plattform }, inputs: { ${commanded} }`,
    [
      "73: steps[1].if.value: expected a variable of Image Builder, found '$.imagebuilder.plattform', did you mean 'platform'?",
    ],
  ],
  [
    `${named}: RunCommand, if: { and: [] }, inputs: { ${commanded} }`,
    ['50: steps[1].if.and: expected a list of 1 to 10 conditions, found an empty list'],
  ],
  [
    `${named}: RunCommand, if: { not: [{ or: [{ not: [{ and: [{ stringEquals: a, value: a }] }] }] }] }, inputs: { ${commanded} }`,
    ['74: steps[1].if.not[0].or[0].not[0].and[0]: expected at most 4 levels of conditions, the limit of Image Builder'],
  ],
]

it.each(steps)('a step %s', (step, problems) => {
  expect(problemsIn(sound, probe(`{ ${step} }`))).toEqual(problems.map((problem) => `probe.yaml:4:${problem}`))
})

it.each([
  [`${named}: RunCommand, if: [{ booleanEquals: true, value: $.imagebuilder.Platform }], inputs: { ${commanded} }`],
  [
    `${named}: RunCommand, if: { not: { numberEquals: '5.5', value: 5 } }, inputs: { ${commanded}, parameters: { a: [b] } }`,
  ],
])('takes %s', (step) => expect(problemsIn(sound, probe(`{ ${step} }`))).toEqual([]))

it('refuses a file of one machine, and another encoding', () => {
  expect(problemsIn(sound.replace('file: probe.yaml', 'file: /opt/probe.yaml'))).toEqual([
    "fleet.yaml:18:30: workflows.probe.file: expected a path relative to the fleet file, such as files/agent.yaml or ../shared/agent.yaml, found '/opt/probe.yaml'",
  ])
  expect(problemsIn(sound, `\uFEFF${probe()}`)).toEqual([
    'probe.yaml:1:1: expected UTF-8 without a byte order mark, found one: save it as UTF-8',
  ])
})

it('refuses more than 15 steps, more than 16,000 characters, no version and no file', () => {
  const step = (i: number) => `  - { name: Look${i}, action: SanitizeInstance, inputs: { instanceId: i-1 } }\n`
  const many = Array.from({ length: 16 }, (_, i) => step(i)).join('')
  expect(problemsIn(sound, `schemaVersion: 1.0\nsteps:\n${many}`)).toEqual([
    'probe.yaml:3:3: steps: expected at most 15 steps, the limit of Image Builder, found 16',
  ])
  expect(problemsIn(sound, `${probe()}# ${'x'.repeat(16_000)}\n`)).toEqual([
    expect.stringContaining('expected at most 16,000 characters, as AWS does'),
  ])
  expect(problemsIn(sound, probe().replace('schemaVersion: 1.0\n', ''))).toEqual([
    "probe.yaml:1:1: the key 'schemaVersion' is missing: expected 1.0",
  ])
  expect(problemsIn(sound.replace('probe.yaml', 'none.yaml'), '')).toHaveLength(1)
})

/** Of each type a value that is right, and one that is not. */
const samples: Record<WorkflowInputType, { right: unknown; wrong: unknown }> = {
  text: { right: 'i-1', wrong: '' },
  flag: { right: true, wrong: 'true' },
  texts: { right: ['m7i.large'], wrong: [] },
  list: { right: [{ DeviceName: '/dev/sda1' }], wrong: 'a' },
  json: { right: '{ "a": 1 }', wrong: '{' },
  stateMachine: { right: 'arn:aws:states:us-west-2:111122223333:stateMachine:a', wrong: 'a' },
  command: { right: 'AWS-RunShellScript', wrong: 'no name' },
  commandParameters: { right: { commands: ['true'] }, wrong: { commands: 'true' } },
  ready: { right: 'ssmAgent', wrong: 'running' },
  architecture: { right: 'arm64', wrong: 'arm' },
  bootMode: { right: 'uefi', wrong: 'bios' },
  second: { right: 'v2.0', wrong: 'v1.0' },
  virtualization: { right: 'hvm', wrong: 'xen' },
}

const testing = Object.entries(workflowActions).filter(([, action]) => !action.refused && action.only !== 'build')

describe.each(testing)('the action %s', (action, { inputs }) => {
  const least = Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]) => (input.required ? [[name, samples[input.type].right]] : [])),
  )
  // Its image may be of the other platform.
  const step = { name: 'Look', action, if: { stringEquals: 'a', value: 'b' } }
  const judge = (given: object) => problemsIn(sound, probe(JSON.stringify({ ...step, inputs: given })))

  it('takes what it must have', () => expect(judge(least)).toEqual([]))
  it.each(Object.entries(inputs))('takes %s of its type', (name, { type, required }) => {
    expect(judge({ ...least, [name]: samples[type].right })).toEqual([])
    expect(judge({ ...least, [name]: samples[type].wrong })).toEqual([expect.stringContaining(`inputs.${name}`)])
    const { [name]: _, ...without } = least as Record<string, unknown>
    expect(judge(without)).toEqual(
      required ? [expect.stringContaining(`the key '${name}' is missing: ${action} needs it`)] : [],
    )
  })
})
