import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('logs in with the fake provider under node --test', () => {
  const file = join(import.meta.dirname, '../support/runners/login.node.ts')
  const options = ['--conditions=@authlib/source', '--disable-warning=ExperimentalWarning', '--test', file]
  const { status, stdout } = spawnSync(process.execPath, options, { encoding: 'utf8' })
  expect(stdout).toContain('pass 2')
  expect(status).toBe(0)
}, 60_000)
