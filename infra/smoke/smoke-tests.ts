import { Stack } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { CfnDocument } from 'aws-cdk-lib/aws-ssm'
import { Construct } from 'constructs'
import type { Fleet } from '../../domain/fleet/model.ts'
import { smokeName } from '../../domain/names.ts'
import type { Arns } from '../arns.ts'
import type { Permission } from '../permissions.ts'
import { smokeArns } from './arns.ts'
import { smokeAutomation } from './automation.ts'
import { createCommandDocuments } from './commands.ts'
import { createTestInstance } from './instance.ts'
import { createAutomationRole } from './role.ts'

export interface SmokeTestsProps {
  fleet: Fleet
  /** Scripts are relative to it. */
  fleetDirectory: string
  arns: Arns
  /** Encrypts the volumes of the fleet's images. */
  key: IKey
}

const hasSmokeTests = (fleet: Fleet) => Object.values(fleet.images).some(({ checks }) => checks.smoke)

/** What smoke tests run with, where an image of the fleet asks for one. */
export function createSmokeTests(scope: Construct, props: SmokeTestsProps): void {
  const { fleet, fleetDirectory, arns, key } = props
  if (!hasSmokeTests(fleet)) return
  const smoke = new Construct(scope, 'Smoke')
  const instance = createTestInstance(smoke, fleet, arns)
  const role = createAutomationRole(smoke, { fleet, key, instance })
  createCommandDocuments(smoke, fleet, fleetDirectory)
  new CfnDocument(smoke, 'Runbook', {
    name: smokeName(fleet.name),
    documentType: 'Automation',
    documentFormat: 'JSON',
    // CloudFormation would replace it, which a fixed name does not allow.
    updateMethod: 'NewVersion',
    content: smokeAutomation({
      fleet: fleet.name,
      role: role.roleArn,
      logGroup: instance.logGroup,
      instanceProfile: instance.profile,
      subnet: instance.subnet,
      securityGroups: instance.securityGroups,
    }),
  })
}

/**
 * What anybody who starts, watches and cancels smoke tests may do: nothing, where the fleet has none.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
 */
export function allowSmokeTests(scope: Construct, fleet: Fleet, arns: Arns): Permission[] {
  if (!hasSmokeTests(fleet)) return []
  const { document, runbook, executions } = smokeArns(Stack.of(scope))
  const name = smokeName(fleet.name)
  const why = 'Executions get their ids as they start.'
  return [
    {
      actions: ['ssm:StartAutomationExecution'],
      resources: [document(name), runbook(name), executions],
      why: `${why} Any version of the one runbook.`,
    },
    {
      actions: ['ssm:GetAutomationExecution', 'ssm:StopAutomationExecution'],
      resources: [executions],
      why,
    },
    {
      actions: ['iam:PassRole'],
      resources: [arns.role(name)],
      conditions: { StringEquals: { 'iam:PassedToService': 'ssm.amazonaws.com' } },
    },
  ]
}
