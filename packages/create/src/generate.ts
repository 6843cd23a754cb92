/** Makes a new project out of an example of this repository: the part of it that was asked for. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { environment } from './environment.ts'
import { manifestFor } from './manifest.ts'
import { filesOf } from './parts.ts'
import { readme } from './readme.ts'

/** The frameworks that there are templates for. */
export const frameworks = ['express', 'hono', 'fastify', 'next'] as const

/** What a project can be: people log in there, or with it, or it needs a token. */
export const templates = ['provider', 'client', 'api', 'mcp'] as const

export interface ProjectOptions {
  /** Where it is made. It must be empty, or not exist. */
  readonly folder: string
  readonly framework: (typeof frameworks)[number]
  readonly template: (typeof templates)[number]
}

const IGNORED = ['node_modules/', '.env', '*.db', '*.db-shm', '*.db-wal', '.next/', 'next-env.d.ts', '']

/**
 * Writes the project, with fresh secrets in `.env`, and returns the paths of its files.
 *
 * @throws Error when the folder is not empty
 * @example
 * generateProject({ folder: 'my-api', framework: 'hono', template: 'api' })
 */
export function generateProject({ folder, framework, template }: ProjectOptions): readonly string[] {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`The folder ${folder} is not empty`)
  const example = join(examplesFolder(), framework)
  const sources = filesOf(example, framework, template)
  const written: Record<string, string> = {
    ...Object.fromEntries(sources.map((path) => [path, readFileSync(join(example, path), 'utf8')])),
    'package.json': manifestFor(example, { framework, template, sources, version: ownVersion() }),
    'tsconfig.json': withoutCondition(readFileSync(join(example, 'tsconfig.json'), 'utf8')),
    '.env': environment(example, sources, { framework, template }),
    '.gitignore': IGNORED.join('\n'),
    'README.md': readme({ framework, template, sources }),
  }
  for (const [path, text] of Object.entries(written)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text, path === '.env' ? { mode: 0o600 } : {})
  }
  return Object.keys(written)
}

/** Copies of the examples, or the examples themselves where these sources are. */
function examplesFolder(): string {
  const packed = join(import.meta.dirname, '../templates')
  return existsSync(packed) ? packed : join(import.meta.dirname, '../../../examples')
}

/** Without the condition by which this repository finds sources. */
function withoutCondition(tsconfig: string): string {
  return tsconfig.replace(/ *"customConditions": .*\n/, '')
}

function ownVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
