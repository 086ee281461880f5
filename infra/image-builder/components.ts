import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Component, ComponentData, type IComponent, Platform } from '@aws-cdk/aws-imagebuilder-alpha'
import { Aws, FileSystem, Fn, RemovalPolicy } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { parseDocument } from 'yaml'
import type { Fleet, Component as FleetComponent } from '../../domain/fleet/model.ts'
import { resourceName } from '../../domain/names.ts'

/** CloudFormation's limit of an inline document, in characters; a longer one goes through S3. */
const inlineLimit = 16_000

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
    data: dataOf(scope, key, description ? described(text, description) : text),
  })
  component.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
  return component
}

/** The document with its description; all else stays as it is written. */
function described(text: string, description: string): string {
  const document = parseDocument(text)
  document.set('description', description)
  return text.startsWith('{') ? JSON.stringify(document.toJS()) : document.toString({ lineWidth: 0 })
}

function dataOf(scope: Construct, key: string, text: string): ComponentData {
  if (text.length <= inlineLimit) return ComponentData.fromInline(text)
  const file = join(FileSystem.mkdtemp('rebake-component-'), `${key}.yaml`)
  writeFileSync(file, text)
  return ComponentData.fromAsset(scope, `${key}-document`, file)
}
