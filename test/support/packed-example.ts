/**
 * An example outside of its workspace: with copies of our packages as they are published, JavaScript and no sources. For
 * frameworks whose bundlers know no condition for sources. Types are stripped, which is all that a build does to the code.
 */

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly publishConfig?: { readonly exports?: unknown }
}

export interface PackedExample {
  /** For `runExample`. */
  readonly name: string
  /** Adds a file. */
  write(path: string, text: string): void
  /** Runs a program of one of its dependencies. */
  run(env: Readonly<Record<string, string>>, program: string, ...args: readonly string[]): void
}

/** Copies an example to `examples/.packed`, where its other dependencies are links. */
export function packExample(name: string): PackedExample {
  const from = join(ROOT, 'examples', name)
  const folder = join(ROOT, 'examples/.packed', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const ignored = ['node_modules', '.next', '.svelte-kit', 'build', '.env']
  cpSync(from, folder, { recursive: true, filter: (path) => !ignored.includes(relative(from, path)) })
  for (const path of globSync(['*', '@*/*', '.bin'], { cwd: join(from, 'node_modules') })) {
    if (path.startsWith('@authlib') || /^(\$|@[^/\\]*$)/.test(path)) continue // SvelteKit writes types to `$app`
    link(join(from, 'node_modules', path), join(folder, 'node_modules', path))
  }
  copyFamily(from, folder, new Set())
  return {
    name: `.packed/${name}`,
    write: (path, text) => writeFileSync(join(folder, path), text),
    run(env, program, ...args) {
      const whole = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1', ...env }
      execFileSync(join(folder, 'node_modules/.bin', program), args, { cwd: folder, stdio: 'pipe', env: whole })
    },
  }
}

/** Our packages that the package in `from` depends on, and theirs. */
function copyFamily(from: string, folder: string, seen: Set<string>): void {
  for (const dependency of Object.keys(readManifest(from).dependencies ?? {})) {
    if (!dependency.startsWith('@authlib/') || seen.has(dependency)) continue
    seen.add(dependency)
    const source = join(ROOT, 'packages', dependency.slice('@authlib/'.length))
    copyPackage(source, join(folder, 'node_modules', dependency))
    copyFamily(source, folder, seen)
  }
}

function copyPackage(source: string, target: string): void {
  const { publishConfig, ...manifest } = readManifest(source)
  mkdirSync(target, { recursive: true })
  writeFileSync(join(target, 'package.json'), JSON.stringify({ ...manifest, ...publishConfig }))
  for (const file of globSync('src/**/*.ts', { cwd: source })) {
    if (/\.test(-d)?\.ts$/.test(file)) continue
    const path = join(target, file.replace(/^src/, 'dist').replace(/\.ts$/, '.js'))
    mkdirSync(dirname(path), { recursive: true })
    const code = stripTypeScriptTypes(readFileSync(join(source, file), 'utf8'))
    writeFileSync(path, code.replaceAll(/(?<=\b(?:from|import) ?\(?')(\.[^']+)\.ts(?=')/g, '$1.js'))
  }
  for (const path of globSync(['*', '@*/*'], { cwd: join(source, 'node_modules') })) {
    if (path.startsWith('@authlib') || /^@[^/\\]*$/.test(path)) continue
    link(join(source, 'node_modules', path), join(target, 'node_modules', path))
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  if (!existsSync(path)) symlinkSync(target, path)
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}
