import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Component, ComponentData, type IComponent, Platform } from '@aws-cdk/aws-imagebuilder-alpha'
import { RemovalPolicy } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { Fleet, Component as FleetComponent } from '../../domain/fleet/model.ts'
import { resourceName } from '../../domain/names.ts'

/** CloudFormation's limit of an inline document, in characters; a longer one goes through S3. */
const inlineLimit = 16_000

/**
 * The fleet's components by key. A component is immutable: a changed document becomes the next *build* of the
 * same version (1.0.0/2), recipes refer to that build, and so they change too. Old builds stay: old recipes
 * refer to them.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/create-component.html#auto-build-version-management
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
  { platform, description, file, document }: Exclude<FleetComponent, { arn: string }>,
  directory: string,
): IComponent {
  const component = new Component(scope, key, {
    componentName: resourceName(fleet.name, key),
    platform: platform === 'Windows' ? Platform.WINDOWS : Platform.LINUX,
    ...(description && { description }),
    data: file ? dataOf(scope, key, resolve(directory, file)) : ComponentData.fromJsonObject(document as object),
  })
  component.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
  return component
}

function dataOf(scope: Construct, key: string, path: string): ComponentData {
  const text = readFileSync(path, 'utf8')
  return text.length > inlineLimit
    ? ComponentData.fromAsset(scope, `${key}-document`, path)
    : ComponentData.fromInline(text)
}
