/** What a user's bundler makes of an entry: how large, and of which parts. */

import { join, sep } from 'node:path'
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

/** Bundles the sources as they are, tree-shaken: only what is left in the result counts. */
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
    write: false,
    logLevel: 'silent',
    outdir: join(root, 'dist'),
  })
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  const { inputs, imports } = onlyOutput(metafile)
  const used = Object.entries(inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => partOf(packages, path.split(sep).join('/')))
  const own = partOf(packages, entry)
  return {
    size: code.byteLength,
    gzip: gzipSync(code, { level: 9 }).byteLength,
    parts: [...new Set(used)].filter((part) => part !== own).sort(),
    builtins: imports.map(({ path }) => path).filter((path) => path.startsWith('node:')),
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

function onlyOutput({ outputs }: Metafile): Metafile['outputs'][string] {
  const [output] = Object.values(outputs)
  if (output === undefined) throw new Error('esbuild wrote nothing')
  return output
}
