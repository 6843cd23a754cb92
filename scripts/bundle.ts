/** What a user's bundler makes of an entry: how large, and of which parts. */

import { join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'
import { SOURCE_CONDITION, type Package } from './workspace.ts'

export interface Bundle {
  /** Bytes, minified. */
  readonly size: number
  /** Bytes, minified and compressed. */
  readonly gzip: number
  /** Subpaths and foreign packages whose code is in it, the entry's own left out. */
  readonly parts: readonly string[]
  /** Modules of Node.js that it imports when it runs. */
  readonly builtins: readonly string[]
}

export interface BundleOptions {
  /** The file to start from, relative to the root. */
  readonly entry: string
  /** What the entry says, for one that is no file. */
  readonly code?: string
  readonly platform: 'browser' | 'node'
  /** Packages that the user brings. */
  readonly external?: readonly string[]
}

/** Bundles the sources as they are, tree-shaken: only what is left in the result counts, and is loaded at once. */
export async function bundle(
  root: string,
  packages: readonly Package[],
  { entry, code: text, platform, external = [] }: BundleOptions,
): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    ...(text === undefined
      ? { entryPoints: [entry] }
      : { stdin: { contents: text, sourcefile: entry, resolveDir: root, loader: 'ts' } }),
    platform,
    conditions: [SOURCE_CONDITION],
    external: ['node:*', ...external],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    metafile: true,
    splitting: true,
    write: false,
    logLevel: 'silent',
    outdir: join(root, 'dist'),
  })
  const { paths, inputs, builtins } = loadedAtOnce(metafile, entry)
  const files = outputFiles.filter(({ path }) => paths.includes(relative(root, path).split(sep).join('/')))
  const code = Buffer.concat(files.map(({ contents }) => contents))
  const used = inputs.map((path) => partOf(packages, path.split(sep).join('/')))
  const own = partOf(packages, entry)
  return {
    size: code.byteLength,
    gzip: gzipSync(code, { level: 9 }).byteLength,
    parts: [...new Set(used)].filter((part) => part !== own).sort(),
    builtins,
  }
}

/** The subpath whose folder a file lies in, else the package, or the foreign package it comes from. */
function partOf(packages: readonly Package[], path: string): string {
  const foreign = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)
  if (foreign?.[1] !== undefined) return foreign[1]
  const owner = packages.find(({ folder }) => path.startsWith(`${folder}/`))
  if (owner === undefined) return path
  const subpath = owner.subpaths.find(({ source }) => {
    const folder = source.replace(/\/index\.ts$/, '')
    return path === source || (folder !== `${owner.folder}/src` && path.startsWith(`${folder}/`))
  })
  return subpath?.specifier ?? owner.name
}

/** The entry and what it imports; not what `import()` loads later, if it is ever called. */
function loadedAtOnce({ outputs }: Metafile, entry: string) {
  const first = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === entry) // what is loaded later is an entry too
  if (first === undefined) throw new Error('esbuild wrote nothing')
  const paths = [first] // grows
  for (const path of paths) {
    const chunks = outputs[path]?.imports.filter(({ kind, external }) => kind === 'import-statement' && !external) ?? []
    paths.push(...chunks.map((chunk) => chunk.path).filter((chunk) => !paths.includes(chunk)))
  }
  const inputs = paths.flatMap((path) => Object.entries(outputs[path]?.inputs ?? {}))
  const imports = paths.flatMap((path) => outputs[path]?.imports ?? [])
  return {
    paths,
    inputs: inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path),
    builtins: imports.map(({ path }) => path).filter((path) => path.startsWith('node:')),
  }
}
