import { beforeAll, describe, expect, it } from 'vitest'
import { functionNames, machineNames } from '../../infra/functions/names.ts'
import { pascalCase } from '../../infra/names.ts'
import type { Template } from '../../infra/synthesize.ts'
import { allowed, definitionOf, resourcesOf } from '../support/template.ts'
import { slow, smallAssembly } from './fixture.ts'

let template: Template
beforeAll(async () => {
  template = (await smallAssembly()).buildStack.template
}, slow)

const machine = (id: string) => resourcesOf(template, 'AWS::StepFunctions::StateMachine')[id]
const rebake = 'arn:aws:states:eu-west-1:111122223333:stateMachine:gold-rebake'

/** The action that a role needs for the Resource of a Task. */
const actionOf = (resource: string) => {
  const [, service = '', action = ''] =
    resource.match(/^arn:aws:states:::(?:aws-sdk:)?([^:]+):([^.:]+)(?:\..+)?$/) ?? []
  if (service === 'lambda') return 'lambda:InvokeFunction'
  return `${service}:${action.charAt(0).toUpperCase()}${action.slice(1)}`
}

interface Calling {
  Resource: string
  TimeoutSeconds?: number
  Arguments: { FunctionName: string }
}

const callsIn = (value: unknown): Calling[] => {
  if (typeof value !== 'object' || value === null) return []
  const calls = (value as Calling).Resource === 'arn:aws:states:::lambda:invoke' ? [value as Calling] : []
  return [...calls, ...Object.values(value).flatMap(callsIn)]
}

const tasksIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return []
  const task = value as { Type?: string; Resource?: string }
  const found = task.Type === 'Task' && task.Resource ? [task.Resource] : []
  return [...found, ...Object.values(value).flatMap(tasksIn)]
}

describe.each(machineNames)('%s', (name) => {
  const id = pascalCase(name)

  it('is inlined, with a value for everything that it asks for, and for nothing else', () => {
    const { DefinitionString, DefinitionSubstitutions, DefinitionS3Location } = machine(`${id}StateMachine`) ?? {}
    expect(DefinitionS3Location).toBeUndefined()
    const asked = [...DefinitionString.matchAll(/\$\{(\w+)\}/g)].map(([, key]) => key)
    expect(Object.keys(DefinitionSubstitutions).sort()).toEqual([...new Set(asked)].sort())
    expect(definitionOf(template, `${id}StateMachine`)).toMatchObject({ QueryLanguage: 'JSONata' })
  })

  it('may do what its tasks do', () => {
    const needed = tasksIn(definitionOf(template, `${id}StateMachine`)).map(actionOf)
    expect(needed.length).toBeGreaterThan(0)
    expect(Object.keys(allowed(template, `${id}Role`))).toEqual(expect.arrayContaining([...new Set(needed)]))
  })

  it('waits for each function 30 seconds longer than that may run', () => {
    const timeouts = resourcesOf(template, 'AWS::Lambda::Function')
    const calls = callsIn(definitionOf(template, `${id}StateMachine`))
    const nameOf = ({ Arguments }: Calling) => Arguments.FunctionName.replace(/^<(.+)\.Arn>$/, '$1')
    expect(calls.length).toBeGreaterThan(0)
    for (const call of calls) expect(call.TimeoutSeconds).toBe(timeouts[nameOf(call)]?.Timeout + 30)
  })

  it('logs errors without their data, and is traced', () => {
    expect(machine(`${id}StateMachine`)).toMatchObject({
      StateMachineName: `gold-${name}`,
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
    })
  })
})

it('lets each invoke exactly the functions that its definition names', () => {
  for (const id of machineNames.map((name) => pascalCase(name))) {
    const definition = JSON.stringify(definitionOf(template, `${id}StateMachine`))
    const named = functionNames.map((name) => `<${pascalCase(name)}Function.Arn>`)
    expect(allowed(template, `${id}Role`)['lambda:InvokeFunction']).toEqual(
      named.filter((arn) => definition.includes(arn)).sort(),
    )
  }
})

it.each(['CampaignRole', 'RebakeRole'])('%s starts rebakes and waits for them', (role) => {
  const may = allowed(template, role)
  expect(may['states:StartExecution']).toEqual([rebake])
  for (const action of ['states:DescribeExecution', 'states:StopExecution'])
    expect(may[action]).toEqual(['arn:aws:states:eu-west-1:111122223333:execution:gold-rebake:*'])
  for (const action of ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'])
    expect(may[action]).toEqual([
      'arn:aws:events:eu-west-1:111122223333:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
    ])
})

it('lets a rebake look at and cancel images of this fleet only', () => {
  const may = allowed(template, 'RebakeRole')
  for (const action of ['imagebuilder:GetImage', 'imagebuilder:CancelImageCreation'])
    expect(may[action]).toEqual(['arn:aws:imagebuilder:eu-west-1:111122223333:image/gold-*'])
  expect(may['dynamodb:UpdateItem']).toEqual(['<Ledger.Arn>'])
})
