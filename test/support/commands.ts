import { globSync } from 'node:fs'

/** Commands that synthesize a fleet, and so load the CDK, when they are called. */
const synthesizing = ['rehearse', 'synth', 'diff', 'deploy', 'bootstrap'].map((name) => `cli/${name}/run.ts`)

/** The work of all others, which operate a fleet that is deployed or read its file. */
export const operatingCommands = globSync('cli/*/run.ts').filter((file) => !synthesizing.includes(file))
