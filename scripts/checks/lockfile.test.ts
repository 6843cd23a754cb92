import { describe, expect, it } from 'vitest'
import { workspace } from './fixture.ts'
import { lockfile } from './lockfile.ts'

const packages = {
  'tool@1.0.0': {},
  '@tool/linux@1.0.0': { os: ['linux'], cpu: ['x64', 'arm64'] },
  '@tool/mac@1.0.0': { os: ['darwin'], cpu: ['arm64'] },
  '@tool/windows@1.0.0': { os: ['win32'], cpu: ['x64'] },
  'fsevents@2.3.3': { os: ['darwin'] },
}

describe('lockfile', () => {
  it('finds a package whose binaries are there for Linux only', () => {
    const optionalDependencies = { '@tool/linux': '1.0.0' }
    const snapshots = { 'tool@1.0.0(peer@2.0.0)': { optionalDependencies } }
    expect(lockfile(workspace({ 'pnpm-lock.yaml': { packages, snapshots } }))).toEqual([
      'tool@1.0.0 has no binary for darwin-arm64 and win32-x64',
    ])
  })

  it('passes a complete family, and what one system alone needs', () => {
    const optionalDependencies = { '@tool/linux': '1.0.0', '@tool/mac': '1.0.0', '@tool/windows': '1.0.0' }
    const snapshots = {
      'tool@1.0.0': { optionalDependencies },
      'vite@8.0.0': { optionalDependencies: { fsevents: '2.3.3' } },
      '@tool/mac@1.0.0': { optionalDependencies: { '@tool/linux': '1.0.0' } },
    }
    expect(lockfile(workspace({ 'pnpm-lock.yaml': { packages, snapshots } }))).toEqual([])
  })
})
