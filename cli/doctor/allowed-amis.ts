import { EC2Client, GetAllowedImagesSettingsCommand } from '@aws-sdk/client-ec2'
import { admits } from '../../domain/allowed-amis.ts'
import { sourceIn } from '../../domain/upstream-kinds.ts'
import { type Check, fail, info, warning } from './check.ts'

const invoke = ['lambda:InvokeFunction']

/** In audit mode nothing is hidden yet. */
const outcomes = { enabled: fail, 'audit-mode': warning }
const stateIn = (state: string | undefined) => (state === 'enabled' || state === 'audit-mode' ? state : undefined)
const hides = { enabled: 'hides', 'audit-mode': 'would hide, when its audit mode ends,' }

const inBuild: Check = {
  name: 'Allowed AMIs of the build account',
  group: 'Accounts',
  beforeDeploy: true,
  permissions: ['ec2:GetAllowedImagesSettings'],
  async *examine({ fleet, config }) {
    const { account, region } = fleet.build
    const settings = await new EC2Client(config).send(new GetAllowedImagesSettingsCommand({}))
    const state = stateIn(settings.State)
    if (!state) {
      yield info('not restricted')
      return
    }
    const hidden = Object.keys(fleet.upstreams).filter((name) => {
      const { owner, amiName } = sourceIn(fleet, name)
      return owner !== account && !admits(settings.ImageCriteria ?? [], { owner, name: amiName ?? '' })
    })
    for (const name of hidden) {
      const { owner } = sourceIn(fleet, name)
      yield outcomes[state](
        `Allowed AMIs of ${account} ${region} ${hides[state]} the AMIs of ${owner}: no image can be baked on ${name}`,
        `Add ${owner} to the ImageProviders of a criterion (aws ec2 replace-image-criteria-in-allowed-images-settings), or to the declarative policy of the organization.`,
      )
    }
    yield info(`${state}; every upstream is allowed`)
  },
}

const inTargets: Check = {
  name: 'Allowed AMIs of the targets that AMIs are shared with',
  group: 'Accounts',
  permissions: invoke,
  async *examine(environment) {
    const { account: build } = environment.fleet.build
    for (const { account, hidden = [] } of await environment.targets())
      for (const { region, state } of hidden)
        yield outcomes[state](
          `Allowed AMIs of ${account} ${region} ${hides[state]} the AMIs of ${build}, which are shared with it: nothing can be launched from them`,
          `Add ${build} to the ImageProviders of a criterion there, or copy to the ring (mode: copy): AMIs of the account itself are always allowed.`,
        )
  },
}

export const allowedAmiChecks = [inBuild, inTargets]
