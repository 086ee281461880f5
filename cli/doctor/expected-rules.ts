import type { Fleet } from '../../domain/fleet/model.ts'
import { resourceName, smokeName } from '../../domain/names.ts'
import { announcementPatterns } from '../../infra/announcements.ts'
import { checkEvents, type KindWithEvent } from '../../infra/check-events.ts'
import type { FunctionName } from '../../infra/functions/names.ts'
import { adoptedPipelines } from '../../infra/targets.ts'

type Sample = Record<string, unknown>

/** A rule that the fleet must have, given by what it must let through and must not. */
export interface ExpectedRule {
  name: string
  bus: 'default' | 'releases'
  /** What it is for: a function, or the machine that receives releases. */
  to: FunctionName | 'release'
  /** An event of this fleet; undefined where what may be a release is looked at later. */
  own?: Sample
  /** The like of somebody else; undefined where the rule cannot know. */
  foreign?: Sample
}

/** Those of infra/event-rules.ts, under their names in AWS. */
export function expectedRules(fleet: Fleet, arn: (service: string, resource: string) => string): ExpectedRule[] {
  const image = (name: string) => arn('imagebuilder', `image/${name}/1.0.0/1`)
  const stranger = `x-not-of-${fleet.name}`
  // The images of pipelines that were there before have any name.
  const hasAdopted = adoptedPipelines(fleet).length > 0
  const both = (sample: (name: string) => Sample) => ({
    own: sample(`${fleet.name}-${Object.keys(fleet.images)[0]}`),
    ...(!hasAdopted && { foreign: sample(stranger) }),
  })
  const builder = 'aws.imagebuilder'
  const ended = (name: string) => ({
    source: builder,
    'detail-type': 'EC2 Image Builder Image State Change',
    resources: [image(name)],
    detail: { state: { status: 'AVAILABLE' } },
  })
  const scanned = (name: string) => ({
    source: builder,
    'detail-type': 'EC2 Image Builder CVE Detected',
    resources: [image(name)],
    detail: {},
  })
  const tested = (document: string) => ({
    source: 'aws.ssm',
    'detail-type': 'EC2 Automation Execution Status-change Notification',
    detail: { Definition: document, Status: 'Success' },
  })
  const died = (machine: string) => ({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    detail: { status: 'FAILED', stateMachineArn: arn('states', `stateMachine:${machine}`) },
  })
  const checkSamples: Record<KindWithEvent, Pick<ExpectedRule, 'own' | 'foreign'>> = {
    vulnerabilities: both(scanned),
    smoke: { own: tested(smokeName(fleet.name)), foreign: tested(stranger) },
  }
  const here = { bus: 'default' as const }
  const releases = announcementPatterns(fleet, { image: (name) => arn('imagebuilder', `image/${name}`) })
  const rules: ExpectedRule[] = [
    { ...here, name: 'complete-wait', to: 'complete-wait', ...both(ended) },
    ...checkEvents(fleet).map(({ kind, event }) => ({
      ...here,
      name: event.name,
      to: 'complete-wait' as const,
      ...checkSamples[kind],
    })),
    ...(fleet.cves ? [{ ...here, name: 'receive-cve', to: 'receive-cve' as const, ...both(scanned) }] : []),
    {
      ...here,
      name: 'settle-execution',
      to: 'settle-execution',
      own: died(resourceName(fleet.name, 'campaign')),
      foreign: died(stranger),
    },
    ...releases.map(({ name, from }) => ({
      name,
      to: 'release' as const,
      bus: from === 'others' ? ('releases' as const) : ('default' as const),
    })),
  ]
  return rules.map((rule) => ({ ...rule, name: resourceName(fleet.name, rule.name) }))
}
