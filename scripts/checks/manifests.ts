/** What every published package.json says, and that its `exports` lead somewhere. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readPackages, SOURCE_CONDITION, type ExportTarget, type Manifest, type Package } from '../workspace.ts'

const REPOSITORY = 'git+https://github.com/authlib/authlib-ts.git'

/** One line for each field that is not as it has to be. */
export function manifests(root: string): string[] {
  const ofPackages = readPackages(root).flatMap((candidate) =>
    [
      ...commonFaults(candidate),
      ...dependencyFaults(candidate),
      ...exportFaults(root, candidate),
      ...importFaults(root, candidate),
    ].map((fault) => `${candidate.folder}: ${fault}`),
  )
  return [...scriptFaults(root), ...ofPackages]
}

interface Scripts {
  readonly scripts?: Readonly<Record<string, string>>
}

/** CI hands its reporters to the last command of a test script: that has to be Vitest. */
function* scriptFaults(root: string): Generator<string> {
  const path = join(root, 'package.json')
  const { scripts = {} } = (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}) as Scripts
  for (const [name, script] of Object.entries(scripts)) {
    const last = script.split('&&').at(-1)!
    if (name.startsWith('test:') && !/\bvitest(\.mjs)? run\b/.test(last))
      yield `script ${name} does not end in vitest run`
  }
}

/** What is packed, besides whatever else a package needs: the build, and the sources that its maps refer to. */
const FILES = ['dist', 'src', '!**/*.test.ts']

function* commonFaults({ folder, manifest }: Package): Generator<string> {
  const wanted = {
    name: `@authlib/${folder.slice('packages/'.length)}`,
    license: 'BSD-3-Clause',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=22.13.0' },
    repository: { type: 'git', url: REPOSITORY, directory: folder }, // provenance compares it with where it was built
  }
  for (const [field, value] of Object.entries(wanted)) {
    if (!isDeepStrictEqual(manifest[field], value)) yield `${field} is not ${JSON.stringify(value)}`
  }
  for (const file of FILES) if (manifest.files?.includes(file) !== true) yield `files lacks ${file}`
  if (typeof manifest['description'] !== 'string') yield 'description is missing'
  if (manifest.publishConfig?.access !== 'public') yield 'publishConfig.access is not "public"'
}

/** The only ones that come along with a package of ours: everything else that it needs is a peer. */
const DEPENDENCIES: Readonly<Record<string, string>> = {
  jose: 'packages/jose',
  ky: 'packages/oauth1 packages/oauth2',
}

function* dependencyFaults({ folder, manifest }: Package): Generator<string> {
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const where = DEPENDENCIES[name]?.split(' ') ?? []
    if (!name.startsWith('@authlib/') && !where.includes(folder)) yield `${name} must not be a dependency`
  }
}

function* exportFaults(root: string, { folder, manifest }: Package): Generator<string> {
  const { './package.json': meta, ...subpaths } = manifest.exports ?? {}
  if (meta !== './package.json') yield 'exports["./package.json"] is missing'
  if (!isDeepStrictEqual(manifest.publishConfig?.exports, published(manifest))) {
    yield 'publishConfig.exports is not exports without the source condition'
  }
  for (const [path, target] of Object.entries(subpaths)) {
    if (typeof target === 'string') {
      yield `exports["${path}"] is not conditional`
      continue
    }
    const source = target[SOURCE_CONDITION]
    if (source === undefined || !existsSync(join(root, folder, source))) {
      yield `exports["${path}"] has no source: ${source ?? 'none named'}`
    } else if (!isDeepStrictEqual(Object.entries(target), Object.entries(targetOf(source)))) {
      yield `exports["${path}"] is not ${JSON.stringify(targetOf(source))}` // in this order: the first match wins
    }
  }
}

/** The built targets of a conditional import have to be those of its sources, condition by condition. */
function* importFaults(root: string, { folder, manifest }: Package): Generator<string> {
  for (const [name, target] of Object.entries(manifest.imports ?? {})) {
    const { [SOURCE_CONDITION]: sources = {}, ...built } = target as Record<string, Record<string, string>>
    const expected = Object.entries(sources).map(([condition, source]) => [condition, builtFrom(source)])
    if (!isDeepStrictEqual(Object.entries(built), expected)) {
      yield `imports["${name}"] is not built from what its ${SOURCE_CONDITION} says`
    }
    for (const source of new Set(Object.values(sources))) {
      if (!existsSync(join(root, folder, source))) yield `imports["${name}"] has no source: ${source}`
    }
  }
}

function targetOf(source: string): ExportTarget {
  const built = builtFrom(source)
  return { [SOURCE_CONDITION]: source, types: built.replace(/\.js$/, '.d.ts'), default: built }
}

function builtFrom(source: string): string {
  return source.replace('./src/', './dist/').replace(/\.ts$/, '.js')
}

function published({ exports = {} }: Manifest): Record<string, string | ExportTarget> {
  const withoutSource = ({ [SOURCE_CONDITION]: _source, ...rest }: ExportTarget): ExportTarget => rest
  return Object.fromEntries(
    Object.entries(exports).map(([path, target]) => [
      path,
      typeof target === 'string' ? target : withoutSource(target),
    ]),
  )
}
