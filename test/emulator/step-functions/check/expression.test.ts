import { describe, expect, it } from 'vitest'
import { checkDefinition } from '../../../../emulator/step-functions/check/check.ts'
import { invoke } from '../support.ts'
import { check, one } from './support.ts'

describe('expressions', () => {
  const out = (text: string) => one({ Output: { v: [text] } })
  const at = '/States/S1/Output/v[0]'
  check([
    ['that do not parse', out('{% a[1,2) %}'), at, /Expected/],
    ['that are not closed', out('{% 1'), at, 'A JSONata expression starts with {% and ends with %}'],
    ['that name nothing', out('{% phone %}'), at, "Reference to 'phone' at the top level is not supported."],
    ['that name nothing inside', out("{% {'a': [$states.input.x ? y : 1]} %}"), at, /'y' at the top level/],
    [
      'that name nothing in a function',
      out('{% $map($states.input, function($x) { b }) %}'),
      at,
      /'b' at the top level/,
    ],
    ['with the root', out('{% $$.a %}'), at, "Reference to '$$' is not supported."],
    ['with $eval', out("{% $eval('1') %}"), at, /use \$parse/],
    ['with a result that is not there', out('{% $states.result.a %}'), at, /states\.result/],
    ['with an error that is not there', out('{% $states.errorOutput %}'), at, /states\.errorOutput/],
    [
      'with a result in Arguments',
      one({ ...invoke('{% $states.result %}') }),
      '/States/S1/Arguments/Payload',
      /states\.result/,
    ],
    [
      'with an error in the Output of a task',
      one({ ...invoke(), Output: '{% $states.errorOutput %}' }),
      '/States/S1/Output',
      /states\.errorOutput/,
    ],
    ['in a number', one({ Type: 'Wait', Seconds: '{% now %}' }), '/States/S1/Seconds', /'now' at the top level/],
  ])

  it.each([
    '{% $states.input.items[value > 3].{"a": b, "c": $x}^(q) %}',
    '{% $states.input.a{k: $sum(v)} %}',
    '{% $states.input ~> |a[b > 1]|{"c": d}, "g"| %}',
    '{% $filter($states.input.a, function($v) { $v.x = 1 }).y %}',
    '{% $states.input.x@$l.y#$i.{"z": $l.q} %}',
    '{% $states.input.(a + b) %}',
    'no {% expression %} at all',
  ])('%s is good', (text) => {
    expect(checkDefinition(out(text))).toEqual([])
  })
})
