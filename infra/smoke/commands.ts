import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { CfnDocument } from 'aws-cdk-lib/aws-ssm'
import { Construct } from 'constructs'
import { smokeDocument } from '../../domain/check-kinds.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { runsPowerShell } from '../../domain/planning/check-order.ts'
import { longestScript } from './automation.ts'

/** Systems Manager's limit of a document, in bytes. */
const documentLimit = 64 * 1024

/** A command document for each image whose smoke test is a script of the fleet's. */
export function createCommandDocuments(scope: Construct, fleet: Fleet, directory: string): void {
  const scripts = new Construct(scope, 'Script')
  for (const [image, { checks }] of Object.entries(fleet.images))
    if (checks.smoke?.script)
      new CfnDocument(scripts, image, {
        name: smokeDocument(fleet.name, image),
        documentType: 'Command',
        documentFormat: 'JSON',
        targetType: '/AWS::EC2::Instance',
        // CloudFormation would replace it, which a fixed name does not allow.
        updateMethod: 'NewVersion',
        content: commandDocument(
          { path: checks.smoke.script, text: readFileSync(resolve(directory, checks.smoke.script), 'utf8') },
          runsPowerShell(fleet, image),
        ),
      })
}

/**
 * A script as a command document. Its exit code decides.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html
 *
 * @throws where Systems Manager would not take it, or take it for something else.
 */
function commandDocument({ path, text }: { path: string; text: string }, powerShell: boolean) {
  const [parameter] = text.match(/\{\{\s*\w[\w:./-]*\s*\}\}/) ?? []
  if (parameter) throw new Error(`${path}: Systems Manager would take ${parameter} for a parameter`)
  const document = {
    schemaVersion: '2.2',
    description: `Smoke test: ${path}`,
    mainSteps: [
      {
        name: 'smoke',
        action: powerShell ? 'aws:runPowerShellScript' : 'aws:runShellScript',
        inputs: { timeoutSeconds: String(longestScript), runCommand: text.split(/\r?\n/) },
      },
    ],
  }
  const size = Buffer.byteLength(JSON.stringify(document))
  if (size > documentLimit)
    throw new Error(`${path}: as a document it has ${size} bytes; Systems Manager takes ${documentLimit}`)
  return document
}
