#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// A command begins in half the time: Node keeps what it has compiled, in the system's directory for temporary files.
enableCompileCache()
await import('./main.ts')
