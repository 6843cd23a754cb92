/** The arrows between packages and roles point one way, and nothing is used that is not declared. */

import { isBuiltin } from 'node:module'
import { join, posix } from 'node:path'
import { importsOf, packageName, sourceOf } from '../imports.ts'
import { roomFault } from '../rooms.ts'
import { isTest, readJson, readPackages, sourceFiles, type Manifest, type Package } from '../workspace.ts'

/** What the sources of a package may import of the family. A package that is missing here may import core. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  '@authlib/core': [],
  '@authlib/oauth1': ['@authlib/core', '@authlib/jose'],
  '@authlib/oauth2': ['@authlib/core', '@authlib/jose'],
  '@authlib/oidc': ['@authlib/core', '@authlib/jose', '@authlib/oauth2'],
  '@authlib/mcp': ['@authlib/core', '@authlib/oauth2'],
  '@authlib/providers': ['@authlib/core', '@authlib/jose', '@authlib/oauth2', '@authlib/oidc'],
  '@authlib/testing': ['@authlib/core', '@authlib/oauth1'],
  '@authlib/express': ['@authlib/core', '@authlib/node'],
  '@authlib/koa': ['@authlib/core', '@authlib/node'],
  '@authlib/fastify': ['@authlib/core', '@authlib/node'],
  '@authlib/h3': ['@authlib/core', '@authlib/fetch', '@authlib/node'],
  '@authlib/elysia': ['@authlib/core', '@authlib/fetch'],
  '@authlib/sveltekit': ['@authlib/core', '@authlib/fetch'],
  '@authlib/next': ['@authlib/core', '@authlib/fetch', '@authlib/node'],
  '@authlib/nestjs': ['@authlib/core', '@authlib/node'],
  '@authlib/hono': ['@authlib/core', '@authlib/fetch'],
}

/** Of which roles of other packages a role may be built. Inside one package no role imports another, but presets clients. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  server: ['server', 'resource'],
  client: ['client'],
  resource: ['resource'],
  providers: ['client'],
  testing: ['server', 'client', 'resource'],
}

/** Packages that are of one role as a whole. */
const ROLE_OF: Readonly<Record<string, string>> = { '@authlib/providers': 'client', '@authlib/testing': 'testing' }

/** Packages that must run without Node.js. */
const NEUTRAL = [
  '@authlib/core',
  '@authlib/jose',
  '@authlib/oauth1',
  '@authlib/oauth2',
  '@authlib/mcp',
  '@authlib/oidc',
  '@authlib/providers',
  '@authlib/fetch',
  '@authlib/elysia',
  '@authlib/sveltekit',
  '@authlib/next',
  '@authlib/hono',
]

/** The packages that may import a library we stand on. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  jose: ['@authlib/jose'],
  ky: ['@authlib/oauth1', '@authlib/oauth2'],
}

/** One line for each import that goes against an arrow. */
export function layers(root: string): string[] {
  const packages = readPackages(root)
  const shared = readJson(join(root, 'package.json')) as Manifest // the root manifest is one too
  return packages.flatMap((candidate) => {
    const everywhere = NEUTRAL.includes(candidate.name) ? loadedEverywhere(root, candidate) : new Set()
    return sourceFiles(root, candidate).flatMap((file) =>
      importsOf(join(root, file))
        .map((specifier) => {
          if (isTest(file)) return faultOfTest(candidate, shared, specifier)
          if (!isBuiltin(specifier)) return faultOfSource(candidate, file, specifier)
          return everywhere.has(file) ? `imports ${specifier}, and ${candidate.name} has to run everywhere` : undefined
        })
        .filter((fault) => fault !== undefined)
        .map((fault) => `${file}: ${fault}`),
    )
  })
}

function faultOfSource(from: Package, file: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return undefined
  if (specifier.startsWith('.')) return faultOfRelative(from, file, specifier)
  const name = packageName(specifier)
  if (name === from.name) return 'imports its own package by name'
  if (!isDeclared(name, from.manifest.dependencies, from.manifest.peerDependencies)) {
    return `imports ${name}, which ${from.folder}/package.json does not declare`
  }
  const only = ONLY_IN[name]
  if (only !== undefined && !only.includes(from.name)) return `imports ${name}, which is for ${only.join(' and ')}`
  if (!name.startsWith('@authlib/')) return undefined
  if (!(ARROWS[from.name] ?? ['@authlib/core']).includes(name))
    return `imports ${name}: that arrow points the other way`
  const theirs = specifier.slice(name.length + 1)
  const ours = roleOf(from, file)
  if (!(theirs in ROLES)) return undefined
  if (ours === undefined) return `imports ${specifier} into what all roles share`
  return ROLES[ours]?.includes(theirs) ? undefined : `imports ${specifier} into a ${ours}`
}

function faultOfRelative(from: Package, file: string, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(file), specifier)
  if (!target.startsWith(`${from.folder}/src/`)) return `imports ${specifier}, which lies outside its package`
  const ours = roleOf(from, file)
  const theirs = roleOf(from, target)
  if (ours === 'server' && theirs === ours) return roomFault(`${from.folder}/src/server`, file, target)
  if (theirs === undefined || theirs === ours || (ours === 'providers' && theirs === 'client')) return undefined
  return `imports ${specifier}: ${ours === undefined ? 'what all roles share' : `a ${ours}`} holds no ${theirs}`
}

function faultOfTest(from: Package, shared: Manifest, specifier: string): string | undefined {
  if (/^[.#]/.test(specifier) || isBuiltin(specifier)) return undefined
  const name = packageName(specifier)
  const { dependencies, peerDependencies, devDependencies } = from.manifest
  if (name === from.name || isDeclared(name, dependencies, peerDependencies, devDependencies, shared.devDependencies)) {
    return undefined
  }
  return `imports ${name}, which neither ${from.folder}/package.json nor the root declares`
}

/** The role of the folder that a file lies in, or of its package, if any. */
function roleOf({ folder, name }: Package, file: string): string | undefined {
  const role = posix.relative(`${folder}/src`, file).split('/')[0] ?? ''
  return role in ROLES ? role : ROLE_OF[name]
}

function isDeclared(name: string, ...lists: readonly (Readonly<Record<string, string>> | undefined)[]): boolean {
  return lists.some((list) => list !== undefined && name in list)
}

/** The files of a package that every runtime loads: those behind the `node` condition of an import are left out. */
function loadedEverywhere(root: string, { folder, manifest, subpaths }: Package): Set<string> {
  const files = new Set(subpaths.map(({ source }) => source))
  for (const file of files) {
    for (const specifier of importsOf(join(root, file))) {
      const targets = specifier.startsWith('#') ? neutralTargets(manifest.imports?.[specifier]) : [specifier]
      const from = specifier.startsWith('#') ? folder : posix.dirname(file)
      for (const target of targets) if (target.startsWith('.')) files.add(posix.join(from, sourceOf(target)))
    }
  }
  return files
}

/** The targets of a conditional import that do not stand below a condition of Node.js or of what imitates it. */
function neutralTargets(target: unknown): string[] {
  if (typeof target === 'string') return [target]
  if (typeof target !== 'object' || target === null) return []
  return Object.entries(target)
    .filter(([condition]) => !['node', 'bun', 'deno'].includes(condition))
    .flatMap(([, inner]) => neutralTargets(inner))
}
