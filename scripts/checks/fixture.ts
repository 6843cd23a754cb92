/** A workspace on disk, for the tests of the checks. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Writes the files and returns the root they lie under. Gone when the test ends. Values that are not text become JSON. */
export function workspace(files: Readonly<Record<string, unknown>>): string {
  const root = mkdtempSync(join(tmpdir(), 'authlib-check-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return root
}

/** A sound manifest of a package in `packages/<name>`, with the changes applied. `subpaths` maps `.` or `./x` to a source. */
export function manifest(
  name: string,
  changes: Readonly<Record<string, unknown>> = {},
  subpaths: Readonly<Record<string, string>> = { '.': './src/index.ts' },
): Record<string, unknown> {
  const built = Object.entries(subpaths).map(([path, source]) => {
    const dist = source.replace('./src/', './dist/').replace(/\.ts$/, '')
    return [path, { types: `${dist}.d.ts`, default: `${dist}.js` }] as const
  })
  const meta = { './package.json': './package.json' }
  return {
    name: `@authlib/${name}`,
    version: '0.0.0',
    description: `The ${name} package`,
    license: 'BSD-3-Clause',
    type: 'module',
    sideEffects: false,
    repository: { type: 'git', url: 'git+https://github.com/authlib/authlib-ts.git', directory: `packages/${name}` },
    exports: {
      ...Object.fromEntries(built.map(([path, target]) => [path, { '@authlib/source': subpaths[path], ...target }])),
      ...meta,
    },
    files: ['dist', 'src', '!**/*.test.ts'],
    engines: { node: '>=22.13.0' },
    publishConfig: { access: 'public', exports: { ...Object.fromEntries(built), ...meta } },
    ...changes,
  }
}
