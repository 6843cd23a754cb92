/** Runs the checks of the repository: those named, or all that need no build. */

import { join } from 'node:path'
import { bundles } from './checks/bundles.ts'
import { cycles } from './checks/cycles.ts'
import { errorCodes } from './checks/error-codes.ts'
import { documentation } from './checks/documentation.ts'
import { layers } from './checks/layers.ts'
import { lockfile } from './checks/lockfile.ts'
import { manifests } from './checks/manifests.ts'
import { optionalMembers } from './checks/optional-members.ts'
import { packages } from './checks/packages.ts'
import { parity } from './checks/parity.ts'
import { providerPages } from './checks/provider-pages.ts'
import { requirements } from './checks/requirements.ts'
import { samples } from './checks/samples.ts'
import { specs } from './checks/specs.ts'
import { threatModel } from './checks/threat-model.ts'

type Check = (root: string) => readonly string[] | Promise<readonly string[]>

const quick: Readonly<Record<string, Check>> = {
  manifests,
  cycles,
  layers,
  documentation,
  optionalMembers,
  samples,
  specs,
  errorCodes,
  requirements,
  providerPages,
  parity,
  threatModel,
  bundles,
  lockfile,
}
const checks: Readonly<Record<string, Check>> = { ...quick, packages }

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(quick)
for (const name of names) {
  const check = checks[name]
  if (check === undefined) throw new Error(`There is no check ${name}, but ${Object.keys(checks).join(', ')}`)
  const faults = await check(join(import.meta.dirname, '..'))
  console.log(`${faults.length === 0 ? '✓' : '✗'} ${name}`)
  for (const fault of faults) console.error(`  ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}
