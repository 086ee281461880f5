import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
  type LaunchTemplateVersion,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2'
import { clientToken } from '../domain/executions.ts'
import { fleetTag } from '../domain/names.ts'
import { isDenied, isMissing } from './errors.ts'
import type { Permit } from './pointers.ts'
import { TargetMismatch } from './targets.ts'

interface Template {
  name: string
  /** Whether the version becomes its default. */
  default: boolean
}

/**
 * Gives each launch template of a target a version with the AMI, whatever becomes of the others.
 *
 * @throws Wrong naming those that could not be moved, and why; what `permit` throws
 */
export async function moveTemplates(
  client: () => Promise<EC2Client>,
  templates: readonly Template[],
  ami: string,
  permit: Permit = async () => {},
): Promise<void> {
  const wrong: string[] = []
  for (const template of templates)
    try {
      await moveTemplate(await client(), template, ami, permit)
    } catch (error) {
      const why = notMoved(error)
      if (!why) throw error
      wrong.push(`launch template ${template.name} ${why}`)
    }
  if (wrong.length > 0) throw new TargetMismatch(wrong.join(', '))
}

/** What is wrong with a launch template that could not be moved, for people; undefined where it is something else. */
function notMoved(error: unknown): string | undefined {
  if (isMissing(error)) return 'does not exist'
  // The role in the target account may change those only that have the tag.
  if (isDenied(error)) return `may not be changed: it needs the tag '${fleetTag}'`
  return undefined
}

/**
 * Gives a launch template a version with the AMI, everything else as in its newest version. A repeat makes no second
 * one. Instances of an Auto Scaling group are another's business: nothing is refreshed here.
 *
 * @throws InvalidLaunchTemplateName.NotFoundException
 */
export async function moveTemplate(
  ec2: EC2Client,
  { name, default: isDefault }: Template,
  ami: string,
  permit: Permit = async () => {},
): Promise<void> {
  const newest = await newestVersion(ec2, name)
  const has = newest.LaunchTemplateData?.ImageId === ami
  if (!has) await permit()
  const moved = has ? newest : await addVersion(ec2, name, newest, ami)
  if (!isDefault || moved.DefaultVersion) return
  await permit()
  const DefaultVersion = String(moved.VersionNumber)
  await ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateName: name, DefaultVersion }))
}

async function newestVersion(ec2: EC2Client, LaunchTemplateName: string): Promise<LaunchTemplateVersion> {
  const { LaunchTemplateVersions: [newest] = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions: ['$Latest'] }),
  )
  if (!newest) throw new Error(`launch template ${LaunchTemplateName} has no version`)
  return newest
}

async function addVersion(
  ec2: EC2Client,
  LaunchTemplateName: string,
  { VersionNumber }: LaunchTemplateVersion,
  ImageId: string,
): Promise<LaunchTemplateVersion> {
  const { LaunchTemplateVersion: made } = await ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateName,
      SourceVersion: String(VersionNumber),
      LaunchTemplateData: { ImageId },
      VersionDescription: `Rebake: ${ImageId}`,
      ClientToken: clientToken('version', LaunchTemplateName, String(VersionNumber), ImageId),
    }),
  )
  if (!made) throw new Error(`EC2 made a version of launch template ${LaunchTemplateName} and did not say which`)
  return made
}
