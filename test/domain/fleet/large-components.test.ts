import { expect, it } from 'vitest'
import { FleetInvalid, parseFleet } from '../../../domain/fleet/parse.ts'

const fleet = (description = '') => `
name: one
build: { account: "111122223333", region: us-west-2 }
upstreams: { soe: { platform: Linux, ami: { owner: "444455556666", name: "soe-*" } } }
infrastructure: { linux: { instanceTypes: [m7i.large] } }
components: { hardening: { platform: Linux, file: hardening.yaml${description} } }
images: { base: { parent: soe, infrastructure: linux, components: [hardening], volumes: [{ device: /dev/xvda, size: 20 }] } }
rings: { all: { accounts: ["222233334444"], regions: [us-west-2] } }
`

const start = 'schemaVersion: 1.0\nphases: [{ name: build, steps: [{ name: A, action: Reboot }] }]\n#'

function problems(size: number, character = 'x', description = ''): string {
  const rest = size - start.length
  const width = Buffer.byteLength(character)
  const text = `${start}${'x'.repeat(rest % width)}${character.repeat(Math.floor(rest / width))}`
  expect(Buffer.byteLength(text)).toBe(size)
  try {
    parseFleet(fleet(description), 'fleet.yaml', () => text)
    return ''
  } catch (error) {
    if (error instanceof FleetInvalid) return error.message
    throw error
  }
}

it.each([
  [16_000, 'x'],
  [16_001, 'x'],
  [65_536, 'x'],
  [65_536, 'é'],
])('a document of %i bytes of %s is taken', (size, character) => {
  expect(problems(size, character)).toBe('')
})

it.each(['x', 'é'])('a document of 65,537 bytes of %s is not', (character) => {
  expect(problems(65_537, character)).toBe(
    'hardening.yaml:1:1: expected at most 65,536 bytes, as Image Builder does, found 65,537. Divide the component into two, or let it download what is long.',
  )
})

it('a description counts, as it is in the document', () => {
  expect(problems(65_530, 'x', ', description: Hardens')).toContain('expected at most 65,536 bytes')
})
