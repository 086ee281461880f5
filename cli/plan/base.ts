import { execFileSync } from 'node:child_process'
import { basename, dirname, relative, resolve } from 'node:path'
import { fleetFingerprints } from '../../domain/fleet/fleet-fingerprint.ts'
import { imageFingerprints } from '../../domain/fleet/image-fingerprint.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { emptyFleetState, type FleetState } from '../../domain/planning/fleet-state.ts'
import { BadInput, notValid } from '../problems.ts'
import { causeOfDrift } from '../triggers/drift.ts'
import { type Forecast, forecast } from './forecast.ts'

/** A fleet and the fingerprints of its images. */
export interface FleetVersion {
  fleet: Fleet
  definitions: Record<string, string>
}

/** What a deploy of a changed fleet changes of what was there, and what is baked because of it. */
export interface FleetChange {
  /** The git ref that is compared with. */
  base: string
  added: string[]
  removed: string[]
  /** Images that were there, and are made of something else. */
  redefined: string[]
  /** Other parts of the file: `rings early`. */
  parts: string[]
  /** What the hourly look bakes once the fleet is deployed; undefined where that is nothing. */
  plan: Forecast | undefined
}

/**
 * The fleet as it is in a git ref, with its component files.
 * @throws BadInput where git has no such ref, or no fleet of that file in it, or one that is wrong
 */
export function fleetAt(file: string, ref: string): FleetVersion {
  const directory = dirname(resolve(file))
  const read = (path: string) => fileIn(directory, ref, path)
  // A ref that looks like an option would be one.
  if (ref.startsWith('-') || git(directory, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`) === undefined)
    throw new BadInput(`--base ${ref}: git knows no such commit in ${directory}. In a shallow clone, fetch it first.`)
  const text = read(basename(file))
  if (text === undefined) throw new BadInput(`--base ${ref}: it has no ${relative('', resolve(file)) || file}.`)
  const inside = (path: string) => read(relative(directory, resolve(directory, path)))
  try {
    const fleet = parseFleet(text, `${ref}:${file}`, inside)
    return { fleet, definitions: imageFingerprints(fleet, (path) => inside(path) ?? '') }
  } catch (error) {
    throw notValid(error, `${ref}:${file}`)
  }
}

/** A file of a commit, by its path from the directory, through links as a check-out has them; undefined where there is none. */
function fileIn(directory: string, ref: string, path: string): string | undefined {
  const answer = asked(directory, ['cat-file', '--batch', '--follow-symlinks'], `${ref}:./${path}\n`) ?? ''
  const [header] = /^[0-9a-f]+ blob \d+\n/.exec(answer) ?? []
  // After the contents git ends the line.
  return header === undefined ? undefined : answer.slice(header.length, -1)
}

/** What git prints; undefined where it fails. */
const git = (directory: string, ...args: string[]): string | undefined => asked(directory, args)

function asked(directory: string, args: string[], input = ''): string | undefined {
  try {
    return execFileSync('git', ['-C', directory, ...args], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
  } catch {
    return undefined
  }
}

/**
 * Held against each other as the hourly look holds a deployed fleet: as if every image of before were baked and nothing else had happened.
 * @param time ISO 8601
 */
export function changesBetween(base: string, before: FleetVersion, now: FleetVersion, time: string): FleetChange {
  const images = Object.keys(now.fleet.images)
  const had = before.fleet.images
  const cause = causeOfDrift(now.fleet, now.definitions, allBaked(before, now.fleet), time)
  return {
    base,
    added: images.filter((image) => !(image in had)),
    removed: Object.keys(had).filter((image) => !images.includes(image)),
    redefined: images.filter((image) => image in had && before.definitions[image] !== now.definitions[image]),
    parts: changedParts(before, now).filter((part) => !part.startsWith('images ')),
    plan:
      'nothing' in cause
        ? undefined
        : forecast(now.fleet, cause, { definitions: now.definitions, gone: new Set(), time }),
  }
}

export const isChange = ({ added, removed, redefined, parts, plan }: FleetChange): boolean =>
  plan !== undefined || [added, removed, redefined, parts].some((names) => names.length > 0)

/** What a ledger knows where everything is as that fleet says. Its AMIs are words: reasons show them. */
function allBaked({ fleet, definitions }: FleetVersion, now: Fleet): FleetState {
  const at = new Date(0).toISOString()
  const upstream = (name: string) => {
    const ami = `an AMI of ${name}`
    return { ami, amiName: name, since: at, newest: { ami, created: at }, started: true }
  }
  const baked = (image: string) => ({
    last: {
      ami: `an AMI of ${image}`,
      parentAmi: `an AMI of ${fleet.images[image]?.parent}`,
      definition: definitions[image] ?? '',
      version: '1.0.0/1',
      at,
      campaign: 'before',
    },
  })
  const of = <T>(names: string[], make: (name: string) => T) =>
    Object.fromEntries(names.map((name) => [name, make(name)]))
  return {
    ...emptyFleetState,
    upstreams: of(Object.keys(now.upstreams), upstream),
    images: of(Object.keys(fleet.images), baked),
  }
}

function changedParts(before: FleetVersion, now: FleetVersion): string[] {
  const there = fleetFingerprints(before.fleet, before.definitions)
  const here = fleetFingerprints(now.fleet, now.definitions)
  return [...new Set([...Object.keys(there), ...Object.keys(here)])].filter((part) => there[part] !== here[part])
}
