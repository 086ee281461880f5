import type { Path } from './problems.ts'

/** What people write because AWS has it, and Rebake has no key or value for: why, and what to write where there is something. */

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-mac-instances.html
const macs = 'macOS is not supported, as EC2 runs it only on dedicated hosts, each allocated for 24 hours or more'
const oneArchitecture = 'an image has one architecture, that of its parent: write one image for each'

/** Keys that an image does not have. */
const keys: Record<string, string> = { architecture: oneArchitecture, architectures: oneArchitecture }

interface Row {
  is(path: Path, value: unknown): boolean
  advice: string
}

const rows: Row[] = [
  { is: (_, value) => /^(mac ?os|(x86_64|arm64)_mac)$/i.test(String(value)), advice: macs },
  {
    is: ([section, , key, ...rest], value) =>
      section === 'images' && key === 'parent' && rest.length === 0 && Array.isArray(value),
    advice: oneArchitecture,
  },
]

/** Why there is no such key, `; ...`; undefined where the keys that there are say enough. */
export const adviceOnKey = ([section, , ...rest]: Path, key: string): string | undefined =>
  section === 'images' && rest.length === 0 && Object.hasOwn(keys, key) ? `; ${keys[key]}` : undefined

/** Why a value is not taken, `; ...`; '' where what was expected says enough. */
export const adviceOnValue = (path: Path, value: unknown): string => {
  const row = rows.find(({ is }) => is(path, value))
  return row ? `; ${row.advice}` : ''
}
