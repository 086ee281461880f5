import type { LaunchTemplate } from './launch-templates.ts'
import { pageOf } from './support.ts'

/** A template as DescribeLaunchTemplates has it. */
export const told = ({ id, name, created, versions, tags, ...template }: LaunchTemplate) => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  CreateTime: created,
  CreatedBy: versions[0]?.CreatedBy,
  DefaultVersionNumber: template.default,
  LatestVersionNumber: versions.length,
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
})

export function paged<T>(
  all: T[],
  { MaxResults: size, NextToken: token }: { MaxResults?: number | undefined; NextToken?: string | undefined },
) {
  const { items, next } = pageOf(all, { size, token, most: 200, invalidToken: 'InvalidNextToken' })
  return { items, next: next === undefined ? {} : { NextToken: next } }
}
