/** The pages of the providers: made of the presets and their comments, none missing and none left over. */

import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readPreset, type PresetSource } from '../presets.ts'

export const PAGES = 'docs/providers'
const PRESETS = 'packages/providers/src/presets'

/** One line for each page that is stale or belongs to no preset, and for each preset that says too little. */
export function providerPages(root: string): string[] {
  const pages = pagesOf(root)
  const present = globSync('*.md', { cwd: join(root, PAGES) })
  const stale = [...pages].filter(([name, text]) => {
    const path = join(root, PAGES, name)
    return !existsSync(path) || readFileSync(path, 'utf8') !== text
  })
  return [
    ...stale.map(([name]) => `${PAGES}/${name} is stale: run \`pnpm specs\``),
    ...present.filter((name) => !pages.has(name)).map((name) => `${PAGES}/${name} belongs to no preset`),
  ]
}

/** The text of each page, by its file name. Empty without presets. */
export function pagesOf(root: string): ReadonlyMap<string, string> {
  const files = globSync('*.ts', { cwd: join(root, PRESETS) }).filter((name) => !name.endsWith('.test.ts'))
  if (files.length === 0) return new Map()
  const presets = files.sort().map((file) => [basename(file, '.ts'), readPreset(join(root, PRESETS, file))] as const)
  const byTitle = [...presets].sort(([, a], [, b]) => compare(a.title, b.title))
  return new Map([
    ['index.md', index(byTitle)],
    ...presets.map(([name, source]) => [`${name}.md`, page(source)] as const),
  ])
}

const NOTICE = '<!-- Written by `pnpm specs` from packages/providers: do not edit. -->'

function index(presets: readonly (readonly [name: string, source: PresetSource])[]): string {
  const entries = presets.map(([name, { title, factory }]) => `- [${title}](./${name}): \`${factory}\``)
  return blocks(
    '# Providers',
    NOTICE,
    `\`@authlib/providers\` has ${presets.length} presets. [Log in with GitHub, Google and others](../guide/providers) says how to use one, correct one, and write one.`,
    entries.join('\n'),
  )
}

function page(source: PresetSource): string {
  const { title, factory, preset, notes, options, links } = source
  const { protocol } = preset
  const required = options.filter(({ optional, eachLogin }) => !optional && !eachLogin).map(({ name }) => name)
  const own = ['clientId', ...required.filter((name) => name !== 'clientId' && name !== 'clientSecret')]
  const isSecretless = preset.clientAuth === 'none' || options.some(({ name }) => name === 'privateKey')
  const secret = isSecretless ? [] : ['clientSecret']
  const list = [own[0], ...secret, ...own.slice(1)].join(', ')
  return blocks(
    `# ${title}`,
    NOTICE,
    `[Register your application](${links.register}) with its redirect URI. [What ${title} says about it](${links.documentation}).`,
    code(
      `import { OAuth } from '@authlib/core'`,
      `import { expressAdapter } from '@authlib/express'`,
      `import { ${factory} } from '@authlib/providers'`,
      '',
      `const oauth = new OAuth({ adapter: expressAdapter, secrets: [process.env.APP_SECRET] }).register(`,
      `  '${factory}',`,
      `  ${factory}({ ${list} }),`,
      ')',
      '',
      '// in the callback',
      `const { profile, token } = await oauth.${factory}.authorizeAccessToken(response)`,
    ),
    ...(options.length > 0 ? ['## Options', options.map(optionLine).join('\n')] : []),
    '## Scope',
    scopeOf(source),
    '## Refresh tokens',
    offlineOf(source),
    '## Profile',
    profileOf(source),
    '## What is special',
    [...quirksOf(source), ...notes].map((note) => `- ${note}`).join('\n') ||
      `Nothing: ${title} does as ${protocol === 'openid' ? 'OpenID Connect' : 'OAuth 2'} says.`,
    '## When it changes',
    `A preset is data, and your options win over it. If ${title} moves, correct it in one line and tell us:`,
    code(`${factory}({ ${list}, metadata: { token_endpoint: 'https://…' } })`),
  )
}

function optionLine({ name, text, eachLogin }: PresetSource['options'][number]): string {
  return `- \`${name}\`${eachLogin ? ', of each login' : ''}: ${text}`
}

function scopeOf({ preset: { scope = [], protocol } }: PresetSource): string {
  const all = protocol === 'openid' && !scope.includes('openid') ? ['openid', ...scope] : scope
  if (all.length === 0) return 'None is asked for by default. `scope: […]` asks for one.'
  const names = all.map((name) => `\`${name}\``).join(', ')
  return `By default ${names}. \`scope: […]\` asks for others instead${protocol === 'openid' ? '; `openid` is always added' : ''}.`
}

function offlineOf({ title, preset: { offline } }: PresetSource): string {
  if (offline === 'always')
    return `A login gives one if ${title} gives any to your application. \`offline\` is not needed.`
  if (offline === 'never') return `${title} gives none.`
  const { params = {}, scope = [] } = offline
  const asked = [
    ...Object.entries(params).map(([name, value]) => `\`${name}=${value}\``),
    ...scope.map((name) => `the scope \`${name}\``),
  ]
  return `\`offline: true\` asks for one, with ${asked.join(' and ')}.`
}

function profileOf({ preset: { protocol, profile = {} }, code }: PresetSource): string {
  const claims = Object.keys(profile)
  const verified = claims.includes('email_verified') || code.includes('email_verified')
  const names = [...new Set([...claims, ...(code.includes('email_verified') ? ['email', 'email_verified'] : [])])]
  const listed = names.map((name) => `\`${name}\``).join(', ')
  if (protocol === 'openid') {
    const from = code.includes('userinfo: fetchUserinfo') ? 'the ID Token and the userinfo endpoint' : 'the ID Token'
    return `From ${from}, with the claims of OpenID Connect. \`email_verified\` is there only if the provider says it. \`raw\` has all claims.`
  }
  const mail =
    names.includes('email') && !verified
      ? ' The provider does not say whether the address is verified, so there is no `email_verified`.'
      : ''
  return `${listed}, as far as the provider tells them.${mail} \`raw\` is what the provider answered.`
}

function* quirksOf({ preset, title }: PresetSource): Generator<string> {
  const {
    pkce,
    clientAuth,
    scopeSeparator,
    parameterNames = {},
    tokenRequest = {},
    tokenResponse = {},
    refreshRequest = {},
    api = {},
    authorization = {},
  } = preset
  if (pkce === 'none')
    yield preset.protocol === 'openid' ? 'PKCE is not used; state and nonce are.' : 'PKCE is not used; state is.'
  if (pkce === 'plain') yield 'PKCE is used in its plain form.'
  if (clientAuth === 'client_secret_post') yield 'The secret goes in the body of the token request.'
  if (clientAuth === 'none') yield 'Clients are public: there is no secret.'
  if (scopeSeparator === ',') yield 'Scopes are separated by commas on the wire. Write them as an array, as always.'
  for (const [name, other] of Object.entries(parameterNames)) yield `\`${name}\` is \`${other}\` on the wire.`
  if (authorization.responseMode === 'form_post') yield 'The callback is a POST (`form_post`).'
  if (tokenRequest.encoding === 'json') yield 'The token request is JSON.'
  if (refreshRequest.url !== undefined) yield `Tokens are refreshed at \`${refreshRequest.url}\`.`
  if (tokenResponse.tokenType !== undefined)
    yield 'The token response lacks `token_type`, or has another one; it is read as Bearer.'
  if (tokenResponse.scopeSeparator === ',') yield 'The granted scope comes with commas; `token.scope` is an array.'
  if (tokenResponse.expires !== undefined)
    yield `The end of a token comes as \`${String(tokenResponse.expires.at)}\`; \`token.expiresAt\` is set.`
  if (api.query !== undefined)
    yield `Calls of the API carry the token in the query, as \`${api.query}\`. Sessions do that.`
  if (api.scheme !== undefined)
    yield `Calls of the API carry the token as \`Authorization: ${api.scheme} …\`. Sessions do that.`
  if (preset.idTokenAlg !== undefined) yield `${title} signs ID Tokens with ${preset.idTokenAlg}.`
}

function blocks(...parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`
}

function code(...lines: readonly string[]): string {
  return ['```ts', ...lines, '```'].join('\n')
}

function compare(a: string, b: string): number {
  return a.toLowerCase() < b.toLowerCase() ? -1 : 1
}
