/** What the checks read: the packages of this workspace, their subpaths and their source files. */

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The fields of a package.json that the checks look at. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly files?: readonly string[]
  readonly exports?: Readonly<Record<string, string | ExportTarget>>
  readonly imports?: Readonly<Record<string, unknown>>
  readonly publishConfig?: {
    readonly access?: string
    readonly exports?: Readonly<Record<string, string | ExportTarget>>
  }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

/** A conditional target of an `exports` entry. */
export type ExportTarget = Readonly<Record<string, string>>

/** The condition under which our own tools read sources. It never ships. */
export const SOURCE_CONDITION = '@authlib/source'

export interface Subpath {
  /** What users import, such as `@authlib/oauth2/server`. */
  readonly specifier: string
  /** The source file behind it, relative to the root. */
  readonly source: string
}

export interface Package {
  readonly name: string
  /** Relative to the root, such as `packages/core`. */
  readonly folder: string
  readonly manifest: Manifest
  readonly subpaths: readonly Subpath[]
}

/** The packages that are published, by name. */
export function readPackages(root: string): Package[] {
  return globSync('packages/*/package.json', { cwd: root })
    .map((path) => readPackage(root, path.slice(0, -'/package.json'.length)))
    .sort((a, b) => a.name.localeCompare(b.name))
}

/** TypeScript sources of a package, tests included, relative to the root. */
export function sourceFiles(root: string, { folder }: Package): string[] {
  return globSync(`${folder}/src/**/*.ts`, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
}

/** Whether a file is a test, so never published. */
export function isTest(path: string): boolean {
  return /\.test(-d)?\.ts$|\.bench\.ts$/.test(path)
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function readPackage(root: string, path: string): Package {
  const folder = path.replaceAll('\\', '/')
  const manifest = readJson(join(root, folder, 'package.json')) as Manifest // ours; checks/manifests.ts looks at it closely
  return { name: manifest.name, folder, manifest, subpaths: [...subpathsOf(root, folder, manifest)] }
}

function* subpathsOf(root: string, folder: string, manifest: Manifest): Generator<Subpath> {
  for (const [path, target] of Object.entries(manifest.exports ?? {})) {
    const source = typeof target === 'string' ? undefined : target[SOURCE_CONDITION]
    if (source === undefined || !existsSync(join(root, folder, source))) continue
    yield { specifier: manifest.name + path.slice(1), source: `${folder}/${source.replace('./', '')}` }
  }
}
