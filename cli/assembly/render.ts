import type { Fleet, Ring } from '../../domain/fleet/model.ts'
import { deployedStacks, soeStackName, targetStackName } from '../../infra/stack-names.ts'
import { upstreamAccounts } from '../../infra/targets.ts'
import { headline } from '../render/headline.ts'
import { count, list } from '../render/text.ts'
import type { Afterwards } from './afterwards.ts'

/** The first line of what synthesizes or deploys a fleet: which, of which file, and where its stacks go. */
export function stacksHeadline(fleet: Fleet, file: string): string {
  const { account, region } = fleet.build
  return `${headline(fleet, file)}: account ${account}, ${region}, ${list(deployedStacks(fleet))}`
}

/** What is baked once the fleet is deployed. */
export function afterwardsLines({ isFirst, baked, unseen }: Afterwards): string[] {
  if (isFirst)
    return [
      `It is the first deploy: within the hour Rebake looks at every upstream, and bakes all images for the first time: ${list(unseen)}.`,
    ]
  const when = baked.length === 0 ? [] : [`Within the hour Rebake bakes ${count(baked.length, 'image')}:`]
  const waiting =
    unseen.length === 0
      ? []
      : [`As soon as an AMI of its upstream is found, Rebake bakes for the first time: ${list(unseen)}.`]
  const lines = [...when, ...baked.map(({ image, reason }) => `  ${image}: ${reason}`), ...waiting]
  return lines.length === 0 ? ['No image is baked because of it.'] : lines
}

/** How the templates of other accounts get there. Commands are of the organization's management account. */
export function stackSetLines(fleet: Fleet, fileOf: (stack: string) => string): string[] {
  const target = targetStackName(fleet)
  const soe = soeStackName(fleet)
  const upstreams = upstreamAccounts(fleet)
  const lines = stackSet(fleet, {
    stack: target,
    file: fileOf(target),
    placements: placementsOf(Object.values(fleet.rings)),
  })
  if (upstreams.length === 0) return lines
  const placements = [listed(upstreams)]
  return [...lines, '', ...stackSet(fleet, { stack: soe, file: fileOf(soe), placements })]
}

/** The accounts of one command: those of organizational units, or some of the whole organization. */
interface Placement {
  targets: string
  /** Whether accounts that join later get the stack, too. */
  grows: boolean
}

const wholeOrganization = '$(aws organizations list-roots --query Roots[0].Id --output text)'

const listed = (accounts: readonly string[]): Placement => ({
  targets: `OrganizationalUnitIds=${wholeOrganization},Accounts=${accounts.join(',')},AccountFilterType=INTERSECTION`,
  grows: false,
})

/** StackSets take a unit once: rings that share one are one command. */
function placementsOf(rings: readonly Ring[]): Placement[] {
  const accounts = [...new Set(rings.flatMap((ring) => ring.accounts))].sort()
  const units = rings.flatMap((ring) => (ring.organization ? [wholeOrganization] : ring.organizationalUnits))
  const growing = [...new Set(units)].map((unit) => {
    const without = rings
      .filter((ring) => ring.organization || ring.organizationalUnits.includes(unit))
      .map(({ except }) => except)
      .reduce((some, others) => some.filter((account) => others.includes(account)))
    const filter = without.length === 0 ? '' : `,Accounts=${without.join(',')},AccountFilterType=DIFFERENCE`
    return { targets: `OrganizationalUnitIds=${unit}${filter}`, grows: true }
  })
  return [...(accounts.length > 0 ? [listed(accounts)] : []), ...growing]
}

interface StackSet {
  stack: string
  file: string
  placements: Placement[]
}

function stackSet({ build }: Fleet, { stack, file, placements }: StackSet): string[] {
  const set = `--region ${build.region} --stack-set-name ${stack}`
  const template = `--template-body ${quoted(`file://${file}`)} --capabilities CAPABILITY_NAMED_IAM`
  const grows = placements.some((each) => each.grows)
  const joining = grows ? 'Enabled=true,RetainStacksOnAccountRemoval=false' : 'Enabled=false'
  return [
    `${stack}: ${file}`,
    '  Once:',
    `    aws cloudformation create-stack-set ${set} ${template} --permission-model SERVICE_MANAGED --auto-deployment ${joining}`,
    ...placements.map(
      ({ targets }) =>
        `    aws cloudformation create-stack-instances ${set} --regions ${build.region} --deployment-targets "${targets}"`,
    ),
    '  After a change:',
    `    aws cloudformation update-stack-set ${set} ${template}`,
  ]
}

/** As a shell takes it for one word. */
const quoted = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
