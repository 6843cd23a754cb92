import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import * as providers from './index.ts'
import type { ProviderPreset } from './index.ts'

const presets = Object.entries(providers as unknown as Readonly<Record<string, unknown>>)
  .filter((entry): entry is [string, ProviderPreset] => typeof entry[1] === 'object')
  .map(([name, preset]) => ({ name, preset }))

/** What a placeholder stands for in these tests: as long and as odd as its pattern allows. */
const sample = 'a1'

describe('presets', () => {
  it('are at least sixty, and none has the name of another', () => {
    const names = presets.map(({ preset }) => preset.name)
    expect(names.length).toBeGreaterThanOrEqual(60)
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length)
    expect(new Set(presets.map(({ preset }) => preset.title)).size).toBe(names.length)
  })

  describe.each(presets)('$name', ({ name, preset }) => {
    it('has a factory of its name', () => {
      expect(name).toBe(`${preset.name}Preset`)
      expect((providers as unknown as Readonly<Record<string, unknown>>)[preset.name]).toBeTypeOf('function')
    })

    it('is data: what JSON can carry, in 1 kB compressed', () => {
      const text = JSON.stringify(preset)
      expect(JSON.parse(text)).toEqual(preset)
      expect(gzipSync(text).byteLength).toBeLessThanOrEqual(1000)
    })

    it('goes to https URLs only', () => {
      for (const url of urlsOf(preset)) {
        const filled = url.replaceAll(/\{([\w-]+)\}/g, (_, variable: string) => fillOf(preset, variable))
        expect(URL.canParse(filled), filled).toBe(true)
        expect(new URL(filled).protocol).toBe('https:')
        expect(new URL(filled).username).toBe('')
      }
    })

    it('has variables that cannot leave their place', () => {
      for (const [variable, { pattern, default: value }] of Object.entries(preset.variables ?? {})) {
        const whole = new RegExp(`^(?:${pattern})$`)
        if (value !== undefined) expect(whole.test(value), variable).toBe(true)
        const isOrigin = urlsOf(preset).some((url) => url.startsWith(`{${variable}}`))
        const tricks = ['a@evil.example', 'evil.example#', 'evil.example?', 'a\\evil.example', 'a b', 'a\nb', 'a%00']
        const attempts = isOrigin ? tricks.map((trick) => `https://${trick}`) : [...tricks, '//evil.example', 'a/../b']
        if (!isHeader(preset, variable)) {
          for (const attempt of attempts) expect(whole.test(attempt), `${variable}: ${attempt}`).toBe(false)
        }
        for (const trick of ['a\r\nx-evil: 1', 'a\u0000b']) expect(whole.test(trick), variable).toBe(false)
      }
    })

    it('uses the variables that it declares, and no others', () => {
      const text = JSON.stringify({ ...preset, variables: undefined, profile: undefined, issuers: undefined })
      for (const variable of Object.keys(preset.variables ?? {})) {
        expect(JSON.stringify(preset), variable).toContain(`{${variable}}`)
      }
      const known = [
        ...Object.keys(preset.variables ?? {}),
        ...(preset.keep ?? []),
        'access_token',
        'client_id',
        'user_id',
      ]
      const graphql = preset.protocol === 'oauth2' && preset.userinfo?.body?.startsWith('{') === true
      if (graphql) return
      for (const [, used] of text.matchAll(/\{([\w-]+)\}/g)) expect(known).toContain(used)
    })
  })
})

function urlsOf(preset: ProviderPreset): string[] {
  const { metadata = {}, refreshRequest, api } = preset
  const endpoints = Object.entries(metadata).flatMap(([name, value]) =>
    name.endsWith('_endpoint') ? [String(value)] : [],
  )
  const userinfo = preset.protocol === 'oauth2' ? preset.userinfo?.url : undefined
  const absolute = userinfo?.includes('://') === true ? [userinfo] : []
  const optional = [preset.issuer, refreshRequest?.url, api?.base].filter((url) => url !== undefined)
  return [...endpoints, ...optional, ...(api?.origins ?? []), ...absolute]
}

function fillOf({ variables = {} }: ProviderPreset, name: string): string {
  const { pattern = '', default: value } = variables[name] ?? {}
  if (value !== undefined) return value
  return pattern.startsWith('https') ? 'https://host.example' : sample
}

function isHeader({ api, tokenRequest }: ProviderPreset, variable: string): boolean {
  const values = Object.values({ ...api?.headers, ...tokenRequest?.headers })
  return values.some((value) => value.includes(`{${variable}}`))
}
