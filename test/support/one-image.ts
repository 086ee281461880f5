import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'

const text = `
name: one
build: { account: "111122223333", region: us-west-2 }
upstreams:
  soe: { platform: Linux, ami: { owner: "444455556666", name: "soe-*" } }
infrastructure: { linux: { instanceTypes: [m7i.large] } }
components:
  hello:
    platform: Linux
    description: Says hello
    document: { phases: [{ name: build, steps: [{ name: Hello, action: ExecuteBash, inputs: { commands: [echo hello] } }] }] }
images:
  web:
    parent: soe
    infrastructure: linux
    components: [hello]
    volumes: [{ device: /dev/xvda, size: 20 }]
    tags: { team: a }
    estimate: 20m
    timeout: 1h
rings:
  all: { accounts: ["222233334444"], regions: [us-west-2] }
`

/** A fleet of one image and one ring that bakes in minutes; in its YAML, each first text is replaced by its second. */
export function oneImage(...changes: [from: string, to: string][]): Fleet {
  const changed = changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`there is no ${from}`)
    return before.replace(from, to)
  }, text)
  return parseFleet(changed, 'one.yaml')
}
