/** What `npm install` brings into a new application: `npm create @authlib`, with our packages as they are packed. */

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateProject } from '../../packages/create/src/index.ts'
import { temporaryFolder } from '../support/demo-process.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Of a provider, besides the adapter and what that is built on. */
const OURS = ['@authlib/core', '@authlib/jose', '@authlib/oauth2', '@authlib/oidc', '@authlib/sql', 'jose', 'ky']

const folder = temporaryFolder()
afterAll(() => folder.remove())

/** Of each package that a template needs, its tarball. */
let tarballs: Readonly<Record<string, string>> = {}

beforeAll(() => {
  const names = [...OURS, '@authlib/node', '@authlib/fetch', '@authlib/express', '@authlib/hono', '@authlib/fastify']
  const filters = names.flatMap((name) => ['--filter', name])
  run('pnpm', ['-r', ...filters, 'pack', '--pack-destination', folder.path], ROOT)
  tarballs = Object.fromEntries(
    readdirSync(folder.path)
      .filter((file) => file.endsWith('.tgz'))
      .map((file) => [file.replace(/^authlib-([a-z0-9]+)-.*$/, '@authlib/$1'), `file:${join(folder.path, file)}`]),
  )
}, 120_000)

describe.each([
  ['express', ['express'], ['@authlib/express', '@authlib/node']],
  ['hono', ['hono', '@hono/node-server'], ['@authlib/fetch', '@authlib/hono']],
  ['fastify', ['fastify'], ['@authlib/fastify', '@authlib/node']],
] as const)('a new application on %s', (framework, own, adapter) => {
  it('has the framework, our packages, jose and ky, and nothing else', () => {
    const project = join(folder.path, framework)
    generateProject({ folder: project, framework, template: 'provider' })
    const manifest = readJson(join(project, 'package.json')) as Manifest
    const dependencies = { ...manifest.dependencies, ...pick(tarballs, [...OURS, ...adapter]) }
    writeFileSync(join(project, 'package.json'), JSON.stringify({ ...manifest, dependencies, devDependencies: {} }))
    // the lockfile is the tree that would be installed, and fetches no more than descriptions
    run(
      'npm',
      ['install', '--package-lock-only', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'],
      project,
    )
    const tree = run('npm', ['ls', '--all', '--package-lock-only', '--parseable'], project)
    const installed = new Set(tree.split('\n').slice(1).filter(Boolean).map(nameOf))
    const ofFramework = closureOf(readJson(join(project, 'package-lock.json')) as Lockfile, own)
    expect([...installed].filter((name) => !ofFramework.has(name)).sort()).toEqual([...OURS, ...adapter].sort())
    expect([...ofFramework].filter((name) => !installed.has(name))).toEqual([])
  }, 120_000)
})

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
}

interface Lockfile {
  readonly packages: Readonly<Record<string, Manifest>>
}

/** The names of some packages and of all that they depend on. */
function closureOf({ packages }: Lockfile, start: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>(start)
  for (const name of found) {
    for (const [path, { dependencies = {} }] of Object.entries(packages)) {
      if (nameOf(path) === name) for (const dependency of Object.keys(dependencies)) found.add(dependency)
    }
  }
  return found
}

/** `a` of `…/node_modules/b/node_modules/a`. */
function nameOf(path: string): string {
  return path.replaceAll('\\', '/').split('node_modules/').at(-1) ?? ''
}

function pick(record: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.filter((name) => name in record).map((name) => [name, record[name]!]))
}

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' })
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
