import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fleet } from '../../domain/fleet/model.ts'
import { deployedStacks } from '../../infra/stack-names.ts'

/** What the manifest of a cloud assembly says of a stack. */
interface Artifact {
  environment?: string
  properties?: { requiresBootstrapStackVersion?: number }
}

/** Where the stacks of the build account need the CDK's bootstrap, by the assembly: `aws://111122223333/us-west-2`. */
export function environmentsToBootstrap(assembly: string, fleet: Fleet): string[] {
  const { artifacts } = JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, Artifact>
  }
  const needing = deployedStacks(fleet).flatMap((stack) => {
    const { environment, properties } = artifacts[stack] ?? {}
    return environment !== undefined && properties?.requiresBootstrapStackVersion !== undefined ? [environment] : []
  })
  return [...new Set(needing)]
}
