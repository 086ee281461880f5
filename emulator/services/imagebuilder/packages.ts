import type { ImagePackage, ListImagePackagesRequest } from '@aws-sdk/client-imagebuilder'
import type { Ami } from '../ami-store.ts'
import { pageOf } from '../support.ts'
import type { Context, Operation, PermissionsOf, ServiceDeps } from '../types.ts'
import type { ImageRecord, Images } from './images.ts'

/**
 * What is installed: Image Builder has it from the build instance, where enhanced image metadata are on.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html#wfdoc-step-action-collect-image-metadata
 */

/** By name, how often each has moved since its first version. */
type Moves = ReadonlyMap<string, number>

const linux = versions(
  'acl:2.3.1 amazon-ssm-agent:3.3.2299 audit:3.0.6 bash:5.2.15 binutils:2.41 bzip2-libs:1.0.8 ca-certificates:2024.2 ' +
    'chrony:4.3 cloud-init:22.2.2 coreutils:8.32 cpio:2.13 cracklib:2.9.6 cronie:1.5.7 cryptsetup-libs:2.6.1 ' +
    'curl:8.11.1 dbus:1.12.28 device-mapper:1.02.185 dnf:4.14.0 dracut:055 e2fsprogs:1.46.5 ec2-utils:2.2.0 expat:2.6.3 ' +
    'file-libs:5.39 findutils:4.8.0 gawk:5.1.0 glib2:2.82.2 glibc:2.34 gmp:6.2.1 gnupg2:2.3.7 gnutls:3.8.3 grep:3.8 ' +
    'gzip:1.12 iproute:6.10.0 iptables:1.8.8 jq:1.7.1 kernel:6.12.40 kmod:29 krb5-libs:1.21.3 less:608 libarchive:3.7.4 ' +
    'libcap:2.73 libgcc:14.2.1 libxml2:2.10.4 ncurses-libs:6.2 openldap:2.4.57 openssh-server:8.7 openssl-libs:3.2.2 ' +
    'pam:1.5.1 pcre2:10.40 policycoreutils:3.4 procps-ng:3.3.17 python3:3.9.22 rpm:4.16.1.3 rsyslog:8.2204.0 sed:4.8 ' +
    'shadow-utils:4.9 sqlite-libs:3.40.0 sudo:1.9.15 systemd:252.23 tar:1.34 tzdata:2025a util-linux:2.37.4 ' +
    'vim-minimal:9.1.785 xz:5.2.5 zlib:1.2.11',
)
const windows = versions(
  'Amazon-SSM-Agent:3.3.2299 AWS-CLI:2.27.1 AWS-PV-Drivers:8.5.0 AWS-NVMe-Drivers:1.6.0 AWS-ENA-Network-Driver:2.9.0 ' +
    'Amazon-EC2Launch:2.0.2107 Microsoft-Edge:138.0.3351 Microsoft-Visual-C++-2022:14.44.35211 PowerShell:7.5.2 ' +
    'Windows-Defender-Platform:4.18.25060',
)
/** What images add of their own. */
const added = versions(
  'amazon-cloudwatch-agent:1.300057 amazon-efs-utils:2.3.1 docker:25.0.8 git:2.47.1 httpd:2.4.63 java-21:21.0.7 ' +
    'mariadb-connector-c:3.3.10 nginx:1.28.0 nodejs22:22.16.0 php8.4:8.4.8 postgresql17:17.5 python3.13:3.13.3 ' +
    'redis6:6.2.14 ruby3.4:3.4.4 tomcat10:10.1.42 valkey:8.0.3',
)
const first = new Map([...linux, ...windows, ...added])

export class Packages {
  readonly #deps: ServiceDeps
  readonly #images: Images
  readonly #listed: (image: ImageRecord) => ImagePackage[] | undefined
  readonly #moves = new Map<string, Moves>()
  readonly #builds = new Map<string, number>()

  /** @param listed what an image has; undefined for something plausible */
  constructor(deps: ServiceDeps, images: Images, listed: (image: ImageRecord) => ImagePackage[] | undefined) {
    this.#deps = deps
    this.#images = images
    this.#listed = listed
  }

  /** A build has what its parent has and two things of its own, and some of it is newer than the last time. */
  built(record: ImageRecord, parent: Ami): void {
    const name = `${record.account}/${record.region}/${record.name}`
    const build = (this.#builds.get(name) ?? 0) + 1
    this.#builds.set(name, build)
    const moves = new Map(this.#ofAmi(parent))
    for (const own of this.#ownOf(name)) if (!moves.has(own)) moves.set(own, 0)
    const names = [...moves.keys()]
    for (let nth = 1; nth <= build; nth++) {
      const chance = this.#deps.random.fork(`packages/${name}/${nth}`)
      for (let i = 0; i < 3; i++) {
        const moved = names[chance.integer(0, names.length - 1)] ?? ''
        moves.set(moved, (moves.get(moved) ?? 0) + 1)
      }
    }
    this.#moves.set(record.arn, moves)
    if (record.image.enhancedImageMetadataEnabled) record.packages = this.#listed(record) ?? reported(moves)
  }

  readonly operations: Record<string, Operation> = {
    ListImagePackages: (input: ListImagePackagesRequest, { requestId }: Context) => {
      const { packages = [] } = this.#images.get(input.imageBuildVersionArn ?? '')
      const page = pageOf(packages, {
        size: input.maxResults,
        token: input.nextToken,
        most: 25,
        invalidToken: 'InvalidPaginationTokenException',
      })
      const next = page.next === undefined ? {} : { nextToken: page.next }
      return { requestId, imagePackageList: page.items, ...next }
    },
  }

  /** An AMI that nobody has built here has what was current on its day. */
  #ofAmi({ image, region }: Ami): Moves {
    const maker = this.#images.makerOf(image.ImageId, region)
    const known = this.#moves.get(maker?.arn ?? '')
    if (known) return known
    const days = (Date.parse(image.CreationDate ?? '') - Date.parse('2026-01-01')) / 86_400_000
    const names = [...(image.Platform?.toLowerCase() === 'windows' ? windows : linux).keys()]
    return new Map(
      names.map((name) => {
        const period = this.#deps.random.fork(`releases/${name}`).integer(14, 400)
        return [name, Math.max(0, Math.floor(days / period)) || 0]
      }),
    )
  }

  #ownOf(name: string): string[] {
    const chance = this.#deps.random.fork(`own-packages/${name}`)
    const names = [...added.keys()]
    return [1, 2].map(() => names[chance.integer(0, names.length - 1)] ?? '')
  }
}

export const packagePermissions: Record<string, PermissionsOf> = {
  ListImagePackages: ({ imageBuildVersionArn: resource }: ListImagePackagesRequest) => [
    { action: 'imagebuilder:ListImagePackages', resource: resource ?? '' },
  ],
}

/** Names of the packages of a Linux image, for what a scan finds in them. */
export const scannable = [...linux.keys()]

const versionOf = (name: string, moves: number) => `${first.get(name)}-${moves + 1}`

const reported = (moves: Moves): ImagePackage[] =>
  [...moves]
    .map(([packageName, count]) => ({ packageName, packageVersion: versionOf(packageName, count) }))
    .sort((a, b) => (a.packageName < b.packageName ? -1 : 1))

function versions(text: string): Map<string, string> {
  return new Map(text.split(' ').map((each) => each.split(':') as [string, string]))
}
