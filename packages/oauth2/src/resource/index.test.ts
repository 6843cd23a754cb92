import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

/** Every source file of this package that the entry loads, however deep. Type imports load nothing. */
async function loaded(entry: URL, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(entry.href)) return seen
  seen.add(entry.href)
  const source = await readFile(fileURLToPath(entry), 'utf8')
  for (const [, path] of source.matchAll(/^(?:import|export) (?!type )[^']*?'(\.[^']+)'/gm)) {
    await loaded(new URL(path!, entry), seen)
  }
  return seen
}

it('a resource server loads no code of authorization servers and clients', async () => {
  const root = new URL('../', import.meta.url)
  const files = [...(await loaded(new URL('index.ts', import.meta.url)))].map((file) => file.slice(root.href.length))
  expect(files).toContain('resource/resource-protector.ts')
  expect(files).toContain('issuer-metadata.ts')
  expect(files.filter((file) => /^(?:server|client)\//.test(file))).toEqual([])
})
