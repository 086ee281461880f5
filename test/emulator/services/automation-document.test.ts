import { describe, expect, it } from 'vitest'
import {
  type AutomationDocument,
  checkAutomation,
  type Step,
} from '../../../emulator/services/ssm/automation-document.ts'
import { resolved, selected } from '../../../emulator/services/ssm/automation-values.ts'
import { type Document, Documents } from '../../../emulator/services/ssm/documents.ts'
import { runbook } from './runbook.ts'

const problemsOf = (document: AutomationDocument) => {
  try {
    checkAutomation(document)
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}

it('takes a runbook that is as the reference of actions has it', () => {
  expect(problemsOf(runbook())).toBe('none')
})

describe('a runbook is refused', () => {
  const change = (name: string, change: Partial<Step>): AutomationDocument => {
    const document = runbook()
    Object.assign(document.mainSteps.find((step) => step.name === name) ?? {}, change)
    return document
  }

  it.each<[string, AutomationDocument, string]>([
    ['of another schema', { ...runbook(), schemaVersion: '2.2' }, 'schemaVersion 2.2 is not 0.3'],
    [
      'with a parameter of an odd type',
      { ...runbook(), parameters: { A: { type: 'Text' } } },
      'parameter A is of the unknown type Text',
    ],
    [
      'with an action that nobody emulates',
      change('Launch', { action: 'aws:sleep' }),
      'does not emulate the automation action aws:sleep',
    ],
    [
      'with an input that the action does not take',
      change('RunScript', { inputs: { DocumentName: 'a', InstanceIds: [], Odd: 1 } }),
      'step RunScript: aws:runCommand takes no Odd',
    ],
    ['without an input that it needs', change('Launch', { inputs: {} }), 'step Launch: it needs ImageId'],
    ['with a name that no step has', change('WaitOnline', { name: 'Wait Online' }), 'no name that a step may have'],
    ['with a name twice', change('WaitOnline', { name: 'WaitRunning' }), 'its name is another step’s'],
    ['that goes nowhere on failure', change('Launch', { onFailure: 'step:Odd' }), 'step Launch: onFailure step:Odd'],
    ['that goes on to nothing', change('Launch', { nextStep: 'Odd' }), 'step Launch: nextStep Odd'],
    ['that goes nowhere when it is cancelled', change('Launch', { onCancel: 'Continue' }), 'onCancel Continue'],
    [
      'that launches when it is cancelled',
      change('RunScript', { onCancel: 'step:Launch' }),
      'onCancel cannot lead to step:Launch',
    ],
    ['with a member that no step has', change('Launch', { onTimeout: 'Abort' } as never), 'no step has onTimeout'],
    [
      'with a name for nothing',
      change('Launch', { inputs: { ImageId: '{{ Image.Id }}' } }),
      '{{ Image.Id }} refers to nothing',
    ],
    ['with an output of nothing', { ...runbook(), outputs: ['Launch.Odd'] }, 'output Launch.Odd refers to nothing'],
    [
      'with an output of an odd type',
      change('FindInstances', { outputs: [{ Name: 'InstanceIds', Selector: '$', Type: 'List' }] }),
      'no output is of type List',
    ],
  ])('%s', (_, document, problem) => {
    expect(problemsOf(document)).toContain(problem)
  })
})

describe('documents', () => {
  const place = { account: '111122223333', region: 'us-west-2' }
  const command = (name: string): Document => ({
    name,
    type: 'Command',
    content: { schemaVersion: '2.2', mainSteps: [] },
  })

  it.each(['aws-mine', 'Amazon.mine', 'a', 'a b'])('cannot be called %s', (name) => {
    expect(() => new Documents().add(place, command(name))).toThrow('no name that a document may have')
  })

  it('are of one account and region', () => {
    const documents = new Documents()
    documents.add(place, command('mine'))
    expect(documents.find('mine', place)).toBeDefined()
    expect(documents.find('mine', { ...place, region: 'us-east-1' })).toBeUndefined()
  })
})

describe('values', () => {
  const named: Record<string, unknown> = { Ids: ['i-1', 'i-2'], Map: { a: 1 }, Name: 'x' }
  it.each<[unknown, unknown]>([
    ['{{ Map }}', { a: 1 }],
    ['{{Name}}-{{ Name }}', 'x-x'],
    [
      ['{{ Ids }}', '{{ Name }}'],
      ['i-1', 'i-2', 'x'],
    ],
    [
      { a: [{ b: '{{ Name }}' }], c: 1 },
      { a: [{ b: 'x' }], c: 1 },
    ],
    ['{{.Names}}', '{{.Names}}'],
  ])('%j stands for %j', (value, expected) => {
    expect(resolved(value, (name) => named[name])).toEqual(expected)
  })

  const answer = { R: [{ I: [{ Id: 1 }, { Id: 2 }] }, { I: [{ Id: 3 }] }], None: [], When: new Date(0) }
  it.each<[string, unknown[]]>([
    ['$.R[0].I[1].Id', [2]],
    ['$.R..I..Id', [1, 2, 3]],
    ['$.None[0].Id', []],
    ['$.Odd.Id', []],
    ['$.R[7]', []],
  ])('%s selects %j', (path, expected) => {
    expect(selected(answer, path)).toEqual(expected)
  })

  it.each(['$.R[*]', 'R', '$.R[?(@.I)]'])('%s is not emulated', (path) => {
    expect(() => selected(answer, path)).toThrow('does not emulate the JSONPath')
  })
})
