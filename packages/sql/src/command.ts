#!/usr/bin/env node
/** `npx authlib-sql`: see `--help`. */

import { AuthlibError } from '@authlib/core'
import { run, UsageError } from './command/run.ts'

try {
  process.stdout.write(await run(process.argv.slice(2)))
} catch (error) {
  process.exitCode = 1
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n`)
  else if (error instanceof AuthlibError)
    process.stderr.write(`${error.message}: ${error.reason ?? error.hint ?? ''}\n`)
  else throw error
}
