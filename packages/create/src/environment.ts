/** The `.env` of a project: what its files read, with fresh secrets. */

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Settings of the example that are for parts which are not there. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  client: ['ISSUER', 'API_URL'],
  api: ['ISSUER'],
  mcp: ['ISSUER'],
}

export function environment(
  example: string,
  sources: readonly string[],
  { framework, template }: { readonly framework: string; readonly template: string },
): string {
  const code = sources.map((path) => readFileSync(join(example, path), 'utf8')).join('\n')
  const left = framework === 'next' || template === 'client' ? (ELSEWHERE[template] ?? []) : []
  const lines: string[] = []
  let comment: string[] = []
  for (const line of readFileSync(join(example, '.env.example'), 'utf8').split('\n').slice(1)) {
    const [name = ''] = line.split('=')
    if (line.startsWith('#')) comment.push(line)
    else if (line !== '' && new RegExp(`\\b${name}\\b`).test(code) && !left.includes(name)) {
      lines.push(...comment, name.endsWith('_SECRET') ? `${line}${randomBytes(32).toString('base64')}` : line)
      comment = []
    } else comment = []
  }
  return `${lines.join('\n')}\n`
}
