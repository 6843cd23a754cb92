/**
 * The lockfile has the binaries of every platform. pnpm leaves out what a registry does not have yet and says nothing;
 * the install on that platform then fails much later.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly os?: readonly string[]; readonly cpu?: readonly string[] }>>
  readonly snapshots: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>
}

const PLATFORMS = ['linux-x64', 'darwin-arm64', 'win32-x64']

/** One line for each package that has a binary for one of the usual platforms, but not for another. */
export function lockfile(root: string): string[] {
  const { packages, snapshots } = parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')) as Lockfile // pnpm wrote it
  return Object.entries(snapshots).flatMap(([key, { optionalDependencies = {} }]) => {
    const name = key.replace(/\(.*/, '') // without the peers it was resolved with
    if (packages[name]?.os !== undefined) return [] // a binary itself
    const platforms = Object.entries(optionalDependencies).flatMap(([dependency, version]) => {
      const { os = [], cpu = [] } = packages[`${dependency}@${version}`] ?? {}
      return os.flatMap((system) => cpu.map((processor) => `${system}-${processor}`))
    })
    const missing = PLATFORMS.filter((platform) => !platforms.includes(platform))
    if (missing.length === 0 || missing.length === PLATFORMS.length) return []
    return [`${name} has no binary for ${missing.join(' and ')}`]
  })
}
