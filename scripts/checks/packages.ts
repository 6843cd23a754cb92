/**
 * What would be published, used as a stranger would: publint, Are the types wrong, then an install of each tarball with its
 * closure into an empty folder, where every subpath is imported and required. pnpm installs, as it lets nothing be found
 * that is not declared, and has the dependencies at hand. Needs a build.
 */

import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { readPackages, type Package } from '../workspace.ts'

const shell = process.platform === 'win32' // pnpm, npm and the tools are .cmd files there
const tools = join(import.meta.dirname, '../../node_modules/.bin')

/** What each tool says of each package it does not like. */
export async function packages(root: string): Promise<string[]> {
  const all = readPackages(root)
  const folder = mkdtempSync(join(tmpdir(), 'authlib-packages-'))
  try {
    await run('pnpm', ['--filter', './packages/*', '-r', 'pack', '--pack-destination', folder], root)
    return (await inPairs(all, (candidate) => faultsOf(folder, candidate, closureOf(all, candidate)))).flat()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function faultsOf(folder: string, candidate: Package, closure: readonly Package[]): Promise<string[]> {
  const file = tarball(folder, candidate)
  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    publint: () => run(join(tools, 'publint'), ['run', file, '--strict']),
    attw: () => run(join(tools, 'attw'), [file, '--profile', 'esm-only']),
    install: () => install(folder, candidate, closure),
  }
  const faults: string[] = []
  for (const [name, step] of Object.entries(steps)) {
    await step().catch((error: unknown) => faults.push(`${candidate.name}: ${name}: ${textOf(error)}`))
  }
  return faults
}

/** Installs into an empty folder and loads every subpath in both ways. */
async function install(
  folder: string,
  { name, subpaths, manifest }: Package,
  closure: readonly Package[],
): Promise<void> {
  const cwd = mkdtempSync(join(folder, 'install-'))
  const overrides = Object.fromEntries(closure.map((member) => [member.name, `file:${tarball(folder, member)}`]))
  // Its optional peers too, for the subpaths that need them; those of what it depends on must not be needed.
  const peers = { ...Object.fromEntries(closure.flatMap(requiredPeers)), ...manifest.peerDependencies }
  const dependencies = { ...peers, [name]: overrides[name] }
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  writeFileSync(join(cwd, 'pnpm-workspace.yaml'), stringify({ packages: [], overrides, pmOnFail: 'ignore' }))
  await run('pnpm', ['install', '--prefer-offline', '--ignore-scripts', '--no-lockfile'], cwd)
  writeFileSync(join(cwd, 'use.mjs'), subpaths.map(({ specifier }) => `await import('${specifier}')`).join('\n'))
  writeFileSync(join(cwd, 'use.cjs'), subpaths.map(({ specifier }) => `require('${specifier}')`).join('\n'))
  await run('node', ['use.mjs'], cwd)
  await run('node', ['use.cjs'], cwd)
}

/** The package and all of the family it depends on. */
function closureOf(all: readonly Package[], start: Package): Package[] {
  const found = new Set([start])
  for (const { manifest } of found) {
    for (const candidate of all) if (candidate.name in (manifest.dependencies ?? {})) found.add(candidate)
  }
  return [...found]
}

function requiredPeers({ manifest }: Package): [name: string, range: string][] {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest
  return Object.entries(peerDependencies).filter(([name]) => peerDependenciesMeta[name]?.optional !== true)
}

function tarball(folder: string, { name, manifest }: Package): string {
  const path = join(folder, `${name.slice(1).replace('/', '-')}-${manifest.version}.tgz`)
  if (!existsSync(path)) throw new Error(`pnpm did not pack ${name}`)
  return path
}

function run(command: string, args: readonly string[], cwd?: string): Promise<unknown> {
  return promisify(execFile)(command, args, { cwd, shell })
}

function textOf(error: unknown): string {
  const { stdout = '', stderr = '', message = '' } = error as { stdout?: string; stderr?: string; message?: string }
  return [message, stdout, stderr].filter((text) => text !== '').join('\n')
}

/** Two at a time: each waits for a registry and for a processor in turn. */
async function inPairs<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all([worker(), worker()])
  return results
}
