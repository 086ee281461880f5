import { describe, expect, it } from 'vitest'
import { type InputType, type Module, modules } from '../../../domain/fleet/awstoe-modules.ts'
import type { Platform } from '../../../domain/fleet/model.ts'
import { documentOf, judged } from './documents.ts'

/** Of each type values that are right, and values that are not. */
const samples: Record<InputType, { right: unknown[]; wrong: unknown[] }> = {
  text: { right: ['/tmp/a', '{{ aws:ssm:/path }}/a'], wrong: ['', 5, true, ['a'], { a: 'b' }, null] },
  content: { right: ['', 'a\nb'], wrong: [5, ['a'], null] },
  flag: { right: [true, false, '{{ aws:ssm:/flag }}'], wrong: ['true', 1, 'yes', [true]] },
  flagOrText: { right: [true, 'false'], wrong: ['yes', 1] },
  textOrNumber: { right: ['0644', 755, 'root'], wrong: ['', true, ['a']] },
  account: { right: ['012345678901', 123456789012], wrong: ['1234', 12345678901, 'example', ['123456789012']] },
  seconds: { right: [0, 60], wrong: [-1, 1.5, '60', 604_801] },
  texts: { right: [['a', 'b'], []], wrong: ['a', [5], [{ a: 'b' }]] },
  commands: { right: [['true']], wrong: [[], 'true', [{ echo: 'a' }], [true]] },
  script: { right: ['C:\\a.ps1', '{{ aws:ssm:/script }}'], wrong: ['C:\\a.cmd', 5] },
  bucketPath: { right: ['s3://bucket/key', 's3://bucket/folder/*'], wrong: ['bucket/key', 's3://bucket', '/tmp/a', 5] },
  url: { right: ['https://example.com/a', 'http://example.com/a'], wrong: ['s3://bucket/key', 'example.com', 5] },
  encoding: { right: ['utf8', 'UTF-16', 'utf-32-LE', 'utf16-BE'], wrong: ['latin1', 'utf-8-LE', 8] },
  algorithm: { right: ['SHA256', 'MD5'], wrong: ['SHA-256', 'CRC32', 256] },
  reboot: { right: ['Allow', 'Force', 'Skip'], wrong: ['Never', true] },
  logOptions: { right: ['*VX', 'i'], wrong: ['*Z', 5] },
  properties: {
    right: [{ COMPANYNAME: 'a' }, {}],
    wrong: ['a=b', { COMPANYNAME: 5 }, { REBOOT: 'Force' }, { REINSTALL: 'a' }, { ReinstallMode: 'a' }],
  },
  registryPath: {
    right: ['HKLM:\\SOFTWARE\\A', 'HKEY_CURRENT_USER\\Software\\Test'],
    wrong: ['SOFTWARE\\A', 'HKXX:\\A', 5],
  },
  registryType: { right: ['DWORD', 'MULTI_SZ'], wrong: ['REG_DWORD', 'STRING', 1] },
  registryValue: { right: ['a', 1.1, ['a', 'b'], [1]], wrong: [{ a: 1 }, true, [true]] },
  phases: { right: ['build', 'build,validate', 'build, test'], wrong: ['biuld', ['build'], 'build;test'] },
  parameters: {
    right: [[{ name: 'a', value: 'b' }], []],
    wrong: [{ a: 'b' }, [{ name: 'a' }], [{ name: 'a', value: 'b', type: 'string' }], [{ name: 'a', value: 5 }]],
  },
}

const platformOf = ({ platform = 'Linux' }: Module): Platform => platform

const stepOf = (action: string, inputs: object) => ({
  name: 'A',
  action,
  inputs: modules[action]?.form === 'list' ? [inputs] : inputs,
})
const problemsOf = (action: string, inputs: object, platform = platformOf(modules[action] as Module)) =>
  judged(documentOf(stepOf(action, inputs)), { platform }).problems

/** Each input that an action must have; of those of which it takes one, the first. */
const least = (module: Module) => {
  const either = module.oneOf?.[0]
  return Object.fromEntries(
    Object.entries(module.inputs).flatMap(([name, input]) =>
      input.required || name === either ? [[name, samples[input.type].right[0]]] : [],
    ),
  )
}

const withInputs = Object.entries(modules).filter(([, module]) => module.form !== 'condition')
const eachInput = withInputs.flatMap(([action, module]) =>
  Object.entries(module.inputs).map(([name, input]) => ({ action, module, name, ...input })),
)

describe('each action module', () => {
  it('is one of the thirty of the guide, and each type of input is one of theirs', () => {
    expect(Object.keys(modules)).toHaveLength(30)
    expect(new Set(eachInput.map(({ type }) => type))).toEqual(new Set(Object.keys(samples)))
  })

  it.each(withInputs)('%s takes what it must have, and no other input', (action, module) => {
    expect(problemsOf(action, least(module))).toEqual([])
    const [problem, ...more] = problemsOf(action, { ...least(module), strange: 'x' })
    expect(more).toEqual([])
    expect(problem).toMatch(/^agent\.yaml:1:\d+: phases\[0\]\.steps\[0\]\.inputs.*: unknown key 'strange'/)
  })

  it.each(withInputs)('%s takes its inputs in its own form alone', (action, module) => {
    const inputs = module.form === 'list' ? least(module) : [least(module)]
    const [problem, ...more] = judged(documentOf({ name: 'A', action, inputs }), {
      platform: platformOf(module),
    }).problems
    expect(more).toEqual([])
    expect(problem).toMatch(/phases\[0\]\.steps\[0\]\.inputs: expected a (list of mappings|mapping)/)
  })

  it.each(withInputs)('%s says what it needs where it has no inputs', (action, module) => {
    const { problems } = judged(documentOf({ name: 'A', action }), { platform: platformOf(module) })
    const needed = Object.keys(least(module))
    expect(problems).toHaveLength(needed.length > 0 ? 1 : 0)
    for (const name of needed) expect(problems[0]).toMatch(new RegExp(`the key 'inputs' is missing: .*\\b${name}\\b`))
  })

  it.each(withInputs.filter(([, module]) => module.platform))(
    '%s is refused on the other platform',
    (action, module) => {
      const other = module.platform === 'Linux' ? 'Windows' : 'Linux'
      const problems = problemsOf(action, least(module), other)
      expect(problems).toContainEqual(
        expect.stringMatching(
          new RegExp(`action: expected an action for ${other}, found '${action}' for ${module.platform}$`),
        ),
      )
    },
  )
})

describe('an input', () => {
  it.each(eachInput.filter(({ required }) => required))('$action must have $name', ({ action, module, name }) => {
    const { [name]: _, ...others } = least(module)
    const [problem, ...more] = problemsOf(action, others)
    expect(more).toEqual([])
    expect(problem).toContain(`the key '${name}' is missing: expected `)
  })

  it.each(eachInput)('$action takes $name of the type $type alone', ({ action, module, name, type }) => {
    const choice = module.oneOf?.includes(name) ? {} : least(module)
    for (const value of samples[type].right) expect(problemsOf(action, { ...choice, [name]: value })).toEqual([])
    for (const value of samples[type].wrong) {
      const problems = problemsOf(action, { ...choice, [name]: value })
      expect(problems, JSON.stringify(value)).toHaveLength(1)
      expect(problems[0]).toContain(`.${name}`)
    }
  })

  it.each(eachInput.filter(({ platform, module }) => platform && !module.platform))(
    '$action takes $name on $platform alone',
    ({ action, module, name, type, platform }) => {
      const other = platform === 'Linux' ? 'Windows' : 'Linux'
      expect(problemsOf(action, { ...least(module), [name]: samples[type].right[0] }, other)).toEqual([
        expect.stringContaining(`: expected no ${name} on ${other}: ${action} takes it on ${platform} alone`),
      ])
    },
  )

  it('is one of two where an action takes either', () => {
    const both = problemsOf('ExecutePowerShell', { commands: ['a'], file: 'a.ps1' })
    expect(both).toEqual([expect.stringContaining('expected commands or file, and not both, found commands and file')])
    expect(problemsOf('ExecutePowerShell', {})).toEqual([expect.stringContaining('found none of them')])
    expect(problemsOf('ExecutePowerShell', { comands: ['a'] })).toEqual([
      expect.stringContaining("unknown key 'comands', did you mean 'commands'?"),
    ])
  })
})
