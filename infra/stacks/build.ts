import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CfnOutput } from 'aws-cdk-lib'
import type { IEventBus } from 'aws-cdk-lib/aws-events'
import type { IRole } from 'aws-cdk-lib/aws-iam'
import type { Code } from 'aws-cdk-lib/aws-lambda'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { Construct, IDependable } from 'constructs'
import { imageFingerprints } from '../../domain/fleet/image-fingerprint.ts'
import { logsToFleet } from '../../domain/fleet/instance-settings.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { workflowNeeds } from '../../domain/fleet/workflow-files.ts'
import { arnsIn } from '../arns.ts'
import { createChats } from '../chats.ts'
import { createChecks } from '../check-kinds.ts'
import { DeadLetters } from '../dead-letters.ts'
import { createEventRules } from '../event-rules.ts'
import { FleetKey } from '../fleet-key.ts'
import type { GrantContext } from '../functions/grants.ts'
import {
  type BundleName,
  type FunctionName,
  functionNames,
  type MachineName,
  machineNames,
} from '../functions/names.ts'
import { functionSpecs } from '../functions/specs.ts'
import { createBakeRole } from '../image-builder/bake-role.ts'
import { createBuildInstanceProfiles } from '../image-builder/build-instance.ts'
import { BuildLogs } from '../image-builder/build-logs.ts'
import { createComponents } from '../image-builder/components.ts'
import { createDistributionRole } from '../image-builder/distribution-role.ts'
import { createImages } from '../image-builder/images.ts'
import { createInfrastructure } from '../image-builder/infrastructure.ts'
import { BuildNetworks } from '../image-builder/network.ts'
import { createWorkflows } from '../image-builder/workflows.ts'
import { Ledger } from '../ledger.ts'
import { Notifications } from '../notifications.ts'
import { createOperations } from '../operations/operations.ts'
import { Pointers } from '../pointers.ts'
import { RebakeFunction } from '../rebake-function.ts'
import { ReleasesBus } from '../releases-bus.ts'
import { createHints, createSchedules } from '../schedules.ts'
import { buildStackName } from '../stack-names.ts'
import { createStateMachines } from '../state-machines.ts'
import { RebakeStack } from './rebake-stack.ts'

interface BuildStackProps {
  fleet: Fleet
  /** Component files are relative to it. */
  fleetDirectory: string
  codeOf: (name: BundleName) => Code
}

/**
 * Everything in the build account. A cast to an interface of CDK's own class is for exactOptionalPropertyTypes,
 * which CDK is not compiled with.
 */
export class BuildStack extends RebakeStack {
  readonly functions: Record<FunctionName, RebakeFunction>
  /** What posts to the chats of the fleet, with the name of its bundle. */
  readonly posting: [name: BundleName, RebakeFunction][]

  constructor(scope: Construct, { fleet, fleetDirectory, codeOf }: BuildStackProps) {
    super(scope, buildStackName(fleet), {
      description: `Rebake: bakes, checks and distributes the images of ${fleet.name}`,
      env: fleet.build,
      terminationProtection: true,
    })
    const arns = arnsIn(this)
    const key = new FleetKey(this, fleet, fleet.build.region)
    const deadLetters = new DeadLetters(this, fleet)
    const releases = new ReleasesBus(this, fleet) as IEventBus
    const needs = workflowNeeds(fleet, (file) => readFileSync(resolve(fleetDirectory, file), 'utf8'))
    const bakeRole = createBakeRole(this, fleet, { arns, needs })
    const surroundings: GrantContext = {
      fleet,
      arns,
      ledger: new Ledger(this, fleet),
      notifications: new Notifications(this, fleet, key),
      bakeRole: bakeRole.roleArn,
    }
    const specs = functionSpecs(surroundings)
    this.functions = Object.fromEntries(
      functionNames.map((name) => [
        name,
        new RebakeFunction(this, { fleet, name, spec: specs[name], code: codeOf(name), deadLetters }),
      ]),
    ) as Record<FunctionName, RebakeFunction>

    this.posting = createChats(this, { ...surroundings, codeOf, deadLetters })

    const machines = createStateMachines(this, surroundings, this.functions)
    const { functions } = this
    createEventRules(this, { fleet, arns, releases, receive: machines.release, functions, deadLetters })
    const schedules = createSchedules(this, { fleet, functions, deadLetters })
    createHints(this, { fleet, functions })
    createChecks(this, { fleet, fleetDirectory, arns, key })
    const { images, pointers } = this.createImageBuilder(fleet, fleetDirectory, { key, bakeRole })
    // What an image is made of changes with its pipeline; nobody may plan with the new fleet before.
    for (const name of ['plan-campaign', 'reconcile-images'] as const)
      functions[name].function.node.addDependency(images)
    createOperations(this, {
      fleet,
      key,
      specs,
      machines: Object.fromEntries(machineNames.map((name) => [name, machines[name].stateMachineArn])) as Record<
        MachineName,
        string
      >,
      measuring: [pointers, schedules],
    })

    new CfnOutput(this, 'ReleasesBusArn', {
      description: 'Where upstream accounts send the events that tell of a release',
      value: releases.eventBusArn,
    })
  }

  private createImageBuilder(
    fleet: Fleet,
    fleetDirectory: string,
    { key, bakeRole }: { key: FleetKey; bakeRole: IRole },
  ): { images: IDependable; pointers: IDependable } {
    const arns = arnsIn(this)
    const logs = Object.values(fleet.infrastructure).some(logsToFleet) ? (new BuildLogs(this) as IBucket) : undefined
    createDistributionRole(this, fleet, arns, key)
    const pointers = new Pointers(this, fleet, {
      seedParameters: this.functions['seed-parameters'],
      definitions: imageFingerprints(fleet, (file) => readFileSync(resolve(fleetDirectory, file), 'utf8')),
    })
    const images = createImages(this, {
      fleet,
      key,
      components: createComponents(this, fleet, fleetDirectory),
      workflows: createWorkflows(this, fleet, fleetDirectory),
      infrastructure: createInfrastructure(this, {
        fleet,
        instanceProfiles: createBuildInstanceProfiles(this, { fleet, arns, logs }),
        logs,
        networks: new BuildNetworks(this, fleet),
      }),
      bakeRole,
      pointers,
    })
    return { images, pointers }
  }
}
