/** Which files of an example a template is: its entries, and what they import. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

const NEXT: Readonly<Record<string, readonly string[]>> = {
  provider: ['proxy.ts', 'app/layout.tsx', 'app/page.tsx'],
  client: ['app/layout.tsx', 'app/page.tsx', 'app/login/route.ts', 'app/callback/route.ts'],
  api: ['app/layout.tsx', 'app/notes/route.ts', 'app/.well-known/oauth-protected-resource/route.ts'],
  mcp: ['app/layout.tsx', 'app/mcp/route.ts', 'app/.well-known/oauth-protected-resource/mcp/route.ts'],
}

/** Paths inside the example. */
export function filesOf(example: string, framework: string, template: string): readonly string[] {
  const entries = framework === 'next' ? (NEXT[template] ?? []) : [`src/${template}.ts`]
  const found = new Set(entries)
  for (const path of found) {
    for (const specifier of importsOf(readFileSync(join(example, path), 'utf8'))) {
      if (!specifier.startsWith('.')) continue
      const target = posix.join(dirname(path), specifier)
      found.add(existsSync(join(example, target)) ? target : `${target}.ts`)
    }
  }
  return [...found]
}

/** What the code imports, as it is written. The examples import in one line, or in several without a quote between. */
export function importsOf(code: string): readonly string[] {
  return [...code.matchAll(/^(?:import|export) (?:[^'"]* from )?'([^']+)'/gm)].map(([, specifier = '']) => specifier)
}

/** `@authlib/oauth2` for `@authlib/oauth2/server`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
