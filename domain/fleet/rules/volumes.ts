import { fleetKeyAlias } from '../../names.ts'
import { ebsProblems } from '../ebs.ts'
import { lineageOf, platformOf } from '../graph.ts'
import type { Fleet, Image } from '../model.ts'
import { type FleetProblem, type Path, show, wrongKey, wrongValue } from '../problems.ts'
import { rootDeviceOf } from '../root-device.ts'
import { isRoot, leavesAccount, rootVolumeOf } from '../volumes.ts'
import { rooted } from './images.ts'
import { type Rule, repeated } from './scope.ts'

type Volume = Image['volumes'][number]
type Root = NonNullable<Image['root']>

/** Each volume that an image says something about, with its place. */
const saidOf = (key: string, { root, volumes }: Image): { path: Path; volume: Partial<Volume> & Root }[] => [
  ...(root ? [{ path: ['images', key, 'root'], volume: root }] : []),
  ...volumes.map((volume, i) => ({ path: ['images', key, 'volumes', i], volume })),
]

const images = (fleet: Fleet) => Object.entries(fleet.images)

/** Where it is an image whose lineage is sound: otherwise nobody knows the root. */
const knownRoot = (fleet: Fleet, key: string) => (rooted(fleet).includes(key) ? rootDeviceOf(fleet, key) : undefined)

/** What EBS takes of each volume, and what may be said of one. */
export const volumes: Rule = ({ fleet, given }) =>
  images(fleet).flatMap(([key, image]) => {
    const known = knownRoot(fleet, key)
    return saidOf(key, image).flatMap(({ path, volume }) => {
      const { device, omit, snapshot } = volume
      const boots = device === undefined || isRoot({ device }, known)
      if (omit) {
        const others = Object.keys((given([...path]) as object) ?? {}).filter(
          (name) => !['device', 'omit'].includes(name),
        )
        if (boots) return [wrongKey([...path, 'omit'], 'expected the root to stay: no instance starts without it')]
        return others.map((name) =>
          wrongKey([...path, name], `expected no ${name} beside 'omit': there is no such volume`),
        )
      }
      return [
        ...ebsProblems(volume, boots).map(({ key: of, expected }) => wrongValue([...path, of], `expected ${expected}`)),
        ...(boots && snapshot
          ? [wrongKey([...path, 'snapshot'], "expected no snapshot: what is on the root is the parent's")]
          : []),
      ]
    })
  })

/** `/dev/sdf`, `/dev/xvdf` and `xvdf` are one device to the system: `f`. */
const ending = (device: string) => device.replace(/^(\/dev\/)?(sd|xvd|hd)/, '')

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html */
export const deviceNames: Rule = ({ fleet }) =>
  images(fleet).flatMap(([key, image]) => {
    const isWindows = rooted(fleet).includes(key) && platformOf(fleet, key) === 'Windows'
    const twice = repeated(image.volumes.map(({ device }) => ending(device))).map(([, i]) => {
      const { device } = image.volumes[i] as Volume
      const first = image.volumes.find((other) => ending(other.device) === ending(device))?.device
      const found =
        first === device ? `${show(device)} again` : `${show(device)}, which is ${show(first)} to the system`
      return wrongValue(['images', key, 'volumes', i, 'device'], `expected each device once, found ${found}`)
    })
    const unavailable = image.volumes.flatMap(({ device }, i) => {
      // Of names that only roots have, there is another rule.
      if (isRoot({ device }, undefined)) return []
      const isAvailable = isWindows
        ? /^(xvd([a-z]|[a-c][a-z]|d[a-x])|\/dev\/sd[b-e])$/.test(device)
        : !/\d$/.test(device) || device === '/dev/sda2'
      const expected = isWindows
        ? 'a device name of Windows, xvdb to xvdz or /dev/sdb to /dev/sde'
        : 'a device name without a number, as AMIs of current instances have them, such as /dev/sdf'
      return isAvailable
        ? []
        : [wrongValue(['images', key, 'volumes', i, 'device'], `expected ${expected}, found ${show(device)}`)]
    })
    return [...twice, ...unavailable]
  })

const toAsk = "which `aws ec2 describe-images --image-ids AMI --query 'Images[].RootDeviceName'` shows"

/**
 * What leaves the account is encrypted with the fleet's key, the root first of all: a recipe that does not name it leaves it
 * to the parent and to the account's default encryption. The images of one upstream have one root.
 * https://repost.aws/knowledge-center/image-builder-distr-error-encrypted-ami
 */
export const roots: Rule = ({ fleet }) => {
  const own = rooted(fleet).filter((key) => !fleet.images[key]?.pipeline)
  const lacks = (key: string) =>
    own.includes(key) && !rootVolumeOf(fleet, key) && leavesAccount(fleet, fleet.images[key] as Image)
  const first = new Map<string, { image: string; device: string }>()
  return own.flatMap((key): FleetProblem[] => {
    const image = fleet.images[key] as Image
    const upstream = lineageOf(fleet, key).at(-1) ?? ''
    const known = rootDeviceOf(fleet, key)
    const ask = `'rootDevice' in upstreams.${upstream}, the root device of its AMIs, ${toAsk}`
    if (image.root && known === undefined) return [wrongKey(['images', key, 'root'], `expected ${ask}`)]
    // What a parent lacks is said of the parent.
    if (lacks(key))
      return lacks(image.parent)
        ? []
        : [
            wrongKey(
              ['images', key],
              `expected ${ask}: otherwise no recipe can name the root, the fleet's key does not encrypt it, and it reaches no other account`,
            ),
          ]
    return image.volumes.flatMap(({ device }, i) => {
      const path = ['images', key, 'volumes', i, 'device']
      if (known !== undefined) {
        if (device === known && image.root)
          return [wrongValue(path, `expected the root once: 'root' says what ${show(device)} is`)]
        if (device === known || !isRoot({ device }, undefined)) return []
        const rest = `or 'root' in place of this volume; ${show(device)} would be a second one`
        return [wrongValue(path, `expected ${known}, the root device of the AMIs of ${show(upstream)}, ${rest}`)]
      }
      if (!isRoot({ device }, undefined)) return []
      const before = first.get(upstream) ?? { image: key, device }
      first.set(upstream, before)
      return before.device === device
        ? []
        : [
            wrongValue(
              path,
              `expected ${before.device}, the root that ${show(before.image)} names: the AMIs of ${show(upstream)} have one, found ${show(device)}`,
            ),
          ]
    })
  })
}

/** "You can't decrease its size": what an image is baked on is not larger than what it says itself. */
export const growing: Rule = ({ fleet }) =>
  rooted(fleet).flatMap((key) => {
    const image = fleet.images[key] as Image
    const known = rootDeviceOf(fleet, key)
    return saidOf(key, image).flatMap(({ path, volume }) => {
      const { device = known, size, snapshot } = volume
      // Of another snapshot, the parent's says nothing.
      if (size === undefined || device === undefined || snapshot !== undefined) return []
      for (const above of lineageOf(fleet, image.parent)) {
        const { [above]: image } = fleet.images
        if (image?.volumes.some((each) => each.device === device && each.omit)) return []
        const sizes = image ? sizesIn(image, known) : new Map()
        const least: number | undefined = sizes.get(device)
        if (least === undefined) continue
        return size >= least
          ? []
          : [wrongValue([...path, 'size'], `expected ${least} GiB at least, as ${show(above)} has, found ${size}`)]
      }
      return []
    })
  })

const sizesIn = ({ root, volumes: named }: Image, known: string | undefined) =>
  new Map(
    [...(root && known ? [{ device: known, ...root }] : []), ...named].flatMap(({ device, size }) =>
      size === undefined ? [] : [[device, size] as const],
    ),
  )

/** A key that the builds and the rings of the image can use. */
export const volumeKeys: Rule = ({ fleet, region }) =>
  images(fleet).flatMap(([key, image]) =>
    saidOf(key, image).flatMap(({ path, volume }) => {
      const { kmsKey } = volume
      if (kmsKey === undefined) return []
      const [, , , found = '', account = '', name = ''] = kmsKey.split(':')
      const at = [...path, 'kmsKey']
      if (name.startsWith('alias/aws/'))
        return [wrongValue(at, `expected a key of yours: ${name} is managed by AWS, and no other account can use it`)]
      if (region !== undefined && found !== region)
        return [wrongValue(at, `expected a key in ${region}, where images are baked, found one in ${found}`)]
      if (account !== fleet.build.account)
        return [wrongValue(at, `expected a key of the build account ${fleet.build.account}, found one of ${account}`)]
      if (name === fleetKeyAlias(fleet.name))
        return [wrongValue(at, `expected another key than the fleet's own, which ${name} is: leave it out`)]
      return []
    }),
  )
