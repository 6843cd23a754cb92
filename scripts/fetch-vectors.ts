/** Fetches the published test vectors into `.vectors`, where the tests look for them. Needs git. */

import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

interface Source {
  readonly name: string
  readonly url: string
  readonly commit: string
  /** The folder of the repository that has them. */
  readonly folder: string
  /** How their names begin. Default: all of the folder. */
  readonly prefix?: string
}

const SOURCES: readonly Source[] = [
  {
    name: 'wycheproof',
    url: 'https://github.com/C2SP/wycheproof',
    commit: 'dac1dd4729fd1f8dd9e1e9f3dce51d783da6c166',
    folder: 'testvectors_v1',
    prefix: 'json_web_',
  },
  {
    name: 'jose-cookbook',
    url: 'https://github.com/ietf-jose/cookbook',
    commit: '13692b68bfc18b99557a5b1ed311fd5077bfff04',
    folder: '.',
  },
]

const target = process.argv[2] ?? join(import.meta.dirname, '../.vectors')
for (const { name, url, commit, folder, prefix = '' } of SOURCES) {
  const work = mkdtempSync(join(tmpdir(), 'authlib-vectors-'))
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', work, ...args], { stdio: 'inherit' })
  git('init', '--quiet')
  git('fetch', '--quiet', '--depth', '1', url, commit)
  git('checkout', '--quiet', 'FETCH_HEAD')
  rmSync(join(work, '.git'), { recursive: true })
  const wanted = (path: string) => statSync(path).isDirectory() || basename(path).startsWith(prefix)
  cpSync(join(work, folder), join(target, name), { recursive: true, filter: wanted })
  rmSync(work, { recursive: true })
}
