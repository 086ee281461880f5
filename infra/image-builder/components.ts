import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Component, ComponentData, type IComponent, Platform } from '@aws-cdk/aws-imagebuilder-alpha'
import { Aws, FileSystem, Fn, RemovalPolicy } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { componentText } from '../../domain/fleet/component-text.ts'
import type { Fleet, Component as FleetComponent } from '../../domain/fleet/model.ts'
import { limits } from '../../domain/limits.ts'
import { resourceName } from '../../domain/names.ts'

/** The first part of the UUID that ends the stack's ARN: another one for each stack, also of the same name. */
const stackPart = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))))

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
  { platform, description, file, document }: Exclude<FleetComponent, { arn: string }>,
  directory: string,
): IComponent {
  const text = file ? readFileSync(resolve(directory, file), 'utf8') : JSON.stringify(document)
  const component = new Component(scope, key, {
    componentName: `${resourceName(fleet.name, key)}-${stackPart}`,
    platform: platform === 'Windows' ? Platform.WINDOWS : Platform.LINUX,
    ...(description && { description }),
    data: dataOf(scope, key, componentText(text, description)),
  })
  component.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
  return component
}

/** A document that is too long for a request goes through S3: who creates the component reads it there, and no build does. */
function dataOf(scope: Construct, key: string, text: string): ComponentData {
  if (text.length <= limits['component-data'].most) return ComponentData.fromInline(text)
  const file = join(FileSystem.mkdtemp('rebake-component-'), `${key}.yaml`)
  writeFileSync(file, text)
  return ComponentData.fromAsset(scope, `${key}-document`, file)
}
