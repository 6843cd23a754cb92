/** The package.json of a project: of the example, without what the template does not use. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importsOf, packageOf } from './parts.ts'

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

export interface ManifestOptions {
  readonly framework: string
  readonly template: string
  readonly sources: readonly string[]
  /** Of the packages of Authlib, which all have the same. */
  readonly version: string
}

/** Never imported, and needed to run or to build. */
const ALWAYS = ['next', 'react', 'react-dom']

export function manifestFor(example: string, { framework, template, sources, version }: ManifestOptions): string {
  const { scripts, dependencies, devDependencies } = readManifest(example)
  const used = new Set(sources.flatMap((path) => importsOf(readFileSync(join(example, path), 'utf8'))).map(packageOf))
  const needed = Object.entries(dependencies)
    .filter(([name]) => used.has(name) || ALWAYS.includes(name))
    .map(([name, range]) => [name, name.startsWith('@authlib/') ? `^${version}` : range])
  const manifest = {
    name: `my-${template}`,
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: framework === 'next' ? { ...scripts, typecheck: 'tsc' } : { start: started(scripts[template] ?? ''), typecheck: 'tsc' }, // prettier-ignore
    dependencies: Object.fromEntries(needed) as Record<string, string>,
    devDependencies,
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** Without the condition by which this repository finds sources. */
function started(script: string): string {
  return script.replace(' --conditions=@authlib/source', '')
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}
