import type { Fleet } from '../../domain/fleet/model.ts'
import { configurationNames } from '../../domain/fleet/network.ts'
import { postedChannels } from '../../domain/fleet/posted-channels.ts'
import { buildRoleName, fleetKeyAlias, resourceName } from '../../domain/names.ts'
import { functionNames, machineNames } from '../../infra/functions/names.ts'

/** Names that the template of the build account gives, by the kind of what has them; a test holds them to the template. */
export function templateNames(fleet: Fleet) {
  const named = (keys: readonly string[]) => keys.map((key) => resourceName(fleet.name, key))
  const { images, infrastructure, patchCycles } = fleet
  const functions = named([...functionNames, ...postedChannels(fleet).map(({ functionName }) => functionName)])
  const machines = named(machineNames)
  const pipelines = named(Object.keys(images).filter((image) => !images[image]?.pipeline))
  const smoke = Object.values(images).some(({ checks }) => checks.smoke) ? named(['smoke']) : []
  const instances = Object.keys(infrastructure).map((key) => buildRoleName(fleet.name, key))
  const retirement = fleet.retirement ? ['start-retirement'] : []
  return {
    functions,
    machines,
    pipelines,
    infrastructure: Object.keys(infrastructure).flatMap((key) => configurationNames(fleet, key)),
    roles: [...functions, ...machines, ...named(['distribution']), ...smoke, ...instances],
    buses: named(['releases']),
    topics: named(['notifications', 'alarms']),
    queues: named(['dead-letters']),
    tables: named(['ledger']),
    schedules: named(['poll-upstreams', 'reconcile-images', ...retirement, ...Object.keys(patchCycles)]),
    aliases: [fleetKeyAlias(fleet.name)],
    logGroups: [
      ...functions.map((name) => `/aws/lambda/${name}`),
      ...machines.map((name) => `/aws/vendedlogs/states/${name}`),
      ...pipelines.map((name) => `/aws/imagebuilder/${name}`),
      `/aws/imagebuilder/pipeline/${fleet.name}`,
      ...smoke.map((name) => `/rebake/${name}`),
    ],
  }
}

export type NameKind = keyof ReturnType<typeof templateNames>
