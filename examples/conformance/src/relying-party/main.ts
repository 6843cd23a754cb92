/** Runs one module of a plan for relying parties: what it is comes from the environment. */

import { SetupError } from '@authlib-examples/demo/settings'
import { runModule } from './run.ts'
import { readSettings } from './settings.ts'

try {
  console.log(await runModule(await readSettings(process.env)))
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
