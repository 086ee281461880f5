import { readdirSync, readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const folder = 'docs/decisions'
const files = readdirSync(folder).filter((file) => file !== 'README.md')
const index = readFileSync(`${folder}/README.md`, 'utf8')

const numbers = v.optional(v.array(v.number()), [])
/** `supersedes` takes the place of a whole decision, `revises` of a part: the rest of that one stays in force. */
const FrontMatter = v.strictObject({
  status: v.picklist(['accepted', 'superseded']),
  date: v.pipe(v.string(), v.isoDate()),
  supersedes: numbers,
  'superseded-by': numbers,
  revises: numbers,
  'revised-by': numbers,
})

const decisions = files.map((file) => {
  const [, yaml = '', body = ''] = /^---\n(.*?)\n---\n\n(.*)$/s.exec(readFileSync(`${folder}/${file}`, 'utf8')) ?? []
  const [, number, title = ''] = /^# (\d+)\. (.+)\n/.exec(body) ?? []
  return { file, title, number: Number(number), facts: v.parse(FrontMatter, parse(yaml)), body }
})

type Relation = 'supersedes' | 'superseded-by' | 'revises' | 'revised-by'
const pairs = (name: Relation, turned: boolean) =>
  decisions
    .flatMap(({ number, facts }) => facts[name].map((other) => (turned ? [other, number] : [number, other])))
    .sort((one, other) => (one[0] ?? 0) - (other[0] ?? 0) || (one[1] ?? 0) - (other[1] ?? 0))

const by = (what: string, others: number[]) => (others.length > 0 ? `, ${what} by ${others.join(', ')}` : '')
const rowOf = ({ file, title, number, facts }: (typeof decisions)[number]) => {
  const status = facts.status + by('superseded', facts['superseded-by']) + by('revised', facts['revised-by'])
  return `| ${number} | [${title}](${file}) | ${status} | ${facts.date} |`
}

describe.each(decisions)('$file', ({ file, number, title, facts, body }) => {
  it('has the number of its file, and a title', () => {
    expect(file.startsWith(`${String(number).padStart(4, '0')}-`)).toBe(true)
    expect(title).not.toBe('')
  })

  it('says context, decision, alternatives and consequences', () => {
    expect([...body.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      'Context',
      'Decision',
      'Alternatives',
      'Consequences',
    ])
    for (const section of body.split(/^## .+$/m).slice(1)) expect(section.trim()).not.toBe('')
  })

  it('is superseded exactly where another decision says so', () => {
    expect(facts.status === 'superseded').toBe(facts['superseded-by'].length > 0)
  })
})

it('decisions are numbered without gaps, in the order of their dates', () => {
  expect(decisions.map(({ number }) => number)).toEqual(decisions.map((_, at) => at + 1))
  const dates = decisions.map(({ facts }) => facts.date)
  expect(dates).toEqual(dates.toSorted())
})

it('what one decision says of another, the other says of it', () => {
  expect(pairs('superseded-by', true)).toEqual(pairs('supersedes', false))
  expect(pairs('revised-by', true)).toEqual(pairs('revises', false))
})

it('the index lists every decision', () => {
  expect(index.split('\n').filter((line) => /^\| \d/.test(line))).toEqual(decisions.map(rowOf))
})
