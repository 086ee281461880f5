import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Component, ComponentData, type IComponent, OSVersion, Platform } from '@aws-cdk/aws-imagebuilder-alpha'
import { FileSystem, RemovalPolicy } from 'aws-cdk-lib'
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { componentDescription, componentText } from '../../domain/fleet/component-text.ts'
import type { Fleet, Component as FleetComponent } from '../../domain/fleet/model.ts'
import { limits } from '../../domain/limits.ts'
import { resourceName } from '../../domain/names.ts'
import { stackPart } from './stack-part.ts'

/**
 * The fleet's components by key. A component is immutable: a changed document becomes the next *build* of the
 * same version (1.0.0/2), recipes refer to that build, and so they change too. Old builds stay: old recipes
 * refer to them.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/create-component.html#auto-build-version-management
 *
 * Image Builder refuses a document that is the latest build's already. So all that makes CloudFormation replace a component is in
 * its document; and a stack that is deleted and deployed again has components of its own, by their names.
 */
export function createComponents(scope: Construct, fleet: Fleet, directory: string): Record<string, IComponent> {
  const components = new Construct(scope, 'Component')
  return Object.fromEntries(
    Object.entries(fleet.components).map(([key, component]) => [
      key,
      'arn' in component
        ? Component.fromComponentArn(components, key, component.arn)
        : createComponent(components, fleet, key, component, directory),
    ]),
  )
}

function createComponent(
  scope: Construct,
  fleet: Fleet,
  key: string,
  component: Exclude<FleetComponent, { arn: string }>,
  directory: string,
): IComponent {
  const { platform, file, document, uri, supportedOsVersions = [] } = component
  const description = componentDescription(component)
  const text = file ? readFileSync(resolve(directory, file), 'utf8') : JSON.stringify(document)
  const on = platform === 'Windows' ? Platform.WINDOWS : Platform.LINUX
  const systems = supportedOsVersions.map((system) => OSVersion.custom(on, system))
  const made = new Component(scope, key, {
    componentName: [resourceName(fleet.name, key), stackPart, ...identityOf(component)].join('-'),
    platform: on,
    ...(description && { description }),
    data: uri ? objectAt(scope, key, uri) : dataOf(scope, key, componentText(text, description)),
    ...(systems.length > 0 && { supportedOsVersions: systems }),
  })
  made.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
  return made
}

/** A document in S3 cannot have what replaces its component: the name has it, by a hash. */
function identityOf({ uri, ...others }: Exclude<FleetComponent, { arn: string }>): string[] {
  if (!uri) return []
  const { platform, description, supportedOsVersions } = others
  const said = JSON.stringify([platform, description, supportedOsVersions])
  return [createHash('sha256').update(said).digest('hex').slice(0, 8)]
}

/** Who creates the component reads the object: the role of CloudFormation. */
function objectAt(scope: Construct, key: string, uri: string): ComponentData {
  const [, bucket = '', path = ''] = uri.match(/^s3:\/\/([^/]+)\/(.+)$/) ?? []
  return ComponentData.fromS3(Bucket.fromBucketName(scope, `${key}-bucket`, bucket) as IBucket, path)
}

/** A document that is too long for a request goes through S3: who creates the component reads it there, and no build does. */
function dataOf(scope: Construct, key: string, text: string): ComponentData {
  if (text.length <= limits['component-data'].most) return ComponentData.fromInline(text)
  const file = join(FileSystem.mkdtemp('rebake-component-'), `${key}.yaml`)
  writeFileSync(file, text)
  return ComponentData.fromAsset(scope, `${key}-document`, file)
}
