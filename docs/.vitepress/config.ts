import { transformerTwoslash } from '@shikijs/vitepress-twoslash'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type DefaultTheme, type MarkdownOptions } from 'vitepress'

const generated = new URL('../api/typedoc-sidebar.json', import.meta.url)
const api = existsSync(generated) ? (JSON.parse(readFileSync(generated, 'utf8')) as DefaultTheme.SidebarItem[]) : []

const folder = new URL('../providers/', import.meta.url)
const providers = readdirSync(folder)
  .filter((name) => name !== 'index.md')
  .map((name) => ({
    text: /^# (.*)/.exec(readFileSync(new URL(name, folder), 'utf8'))?.[1] ?? name,
    link: `/providers/${name.replace('.md', '')}`,
  }))

/** Every page carries its sidebar: one with all members of all packages would be a megabyte each time. */
const packages = api.map(({ text = '', link = '' }) => ({ text, link }))
const ofPackages = Object.fromEntries(
  api.map((own) => [
    own.link ?? '',
    [{ text: 'API', items: api.map((each, n) => (each === own ? own : packages[n]!)) }],
  ]),
)

const guide: DefaultTheme.SidebarItem[] = [
  {
    text: 'Start',
    items: [
      { text: 'Quick start', link: '/guide/quick-start' },
      { text: 'Your first provider', link: '/guide/first-provider' },
      { text: 'Log in with a provider', link: '/guide/log-in' },
      { text: 'Protect an API', link: '/guide/protect-an-api' },
      { text: 'Glossary', link: '/guide/glossary' },
      { text: 'Troubleshooting', link: '/guide/troubleshooting' },
      { text: 'Error codes', link: '/guide/errors' },
    ],
  },
  {
    text: 'Log people in',
    items: [
      { text: 'Stay logged in', link: '/guide/stay-logged-in' },
      { text: 'Log in with GitHub, Google …', link: '/guide/providers' },
      { text: 'Single-page applications', link: '/guide/single-page-apps' },
      { text: 'Client features', link: '/guide/client-features' },
      { text: 'Log in a person elsewhere', link: '/guide/person-elsewhere' },
      { text: 'Log in with OAuth 1', link: '/guide/oauth1-client' },
      { text: 'OAuth 1 providers', link: '/guide/oauth1-providers' },
      { text: 'Test your application', link: '/guide/test-your-application' },
    ],
  },
  {
    text: 'Run a provider',
    items: [
      { text: 'Login and consent pages', link: '/guide/interaction' },
      { text: 'Login pages for production', link: '/guide/server/login-pages' },
      { text: 'OpenID provider features', link: '/guide/server/openid-provider' },
      { text: 'Grants and endpoints of every server', link: '/guide/server/grants-and-endpoints' },
      { text: 'Clients', link: '/guide/clients' },
      { text: 'Dynamic client registration', link: '/guide/server/registration' },
      { text: 'Client authentication', link: '/guide/client-authentication' },
      { text: 'Policies for clients', link: '/guide/server/client-policies' },
      { text: 'Pushed, signed and posted requests', link: '/guide/server/secure-requests' },
      { text: 'Connected apps and grant management', link: '/guide/server/connected-apps' },
      { text: 'Security profiles', link: '/guide/server/security-profiles' },
      { text: 'Several tenants', link: '/guide/tenants' },
      { text: 'Move to this server', link: '/guide/server/move' },
      { text: 'OAuth 1 server', link: '/guide/oauth1-server' },
    ],
  },
  {
    text: 'Grants and tokens',
    items: [
      { text: 'Devices without a browser', link: '/guide/devices' },
      { text: 'Back-channel authentication', link: '/guide/server/backchannel-authentication' },
      { text: 'Token exchange', link: '/guide/token-exchange' },
      { text: 'Native SSO for mobile apps', link: '/guide/server/native-sso' },
      { text: 'JWT bearer grant', link: '/guide/server/jwt-bearer' },
      { text: 'Identity assertions', link: '/guide/server/identity-assertions' },
      { text: 'SAML 2.0 bearer grant', link: '/guide/server/saml2-bearer' },
      { text: 'Implicit and password grants', link: '/guide/server/legacy' },
      { text: 'Tokens for one API', link: '/guide/server/resource-indicators' },
      { text: 'Rich authorization requests', link: '/guide/server/rich-authorization-requests' },
      { text: 'Signed introspection and metadata', link: '/guide/server/signed-answers' },
      { text: 'Token status list', link: '/guide/server/token-status-list' },
      { text: 'Find leaked tokens', link: '/guide/server/secret-scanning' },
      { text: 'Call endpoints without HTTP', link: '/guide/server/without-http' },
      { text: 'Write a grant', link: '/guide/write-a-grant' },
    ],
  },
  {
    text: 'APIs and MCP servers',
    items: [
      { text: 'Tokens of other issuers', link: '/guide/token-issuers' },
      { text: 'Bind tokens to keys', link: '/guide/sender-constraint' },
      { text: 'MCP', link: '/guide/mcp' },
    ],
  },
  {
    text: 'Databases and operation',
    items: [
      { text: 'Deploy', link: '/guide/deploy' },
      { text: 'Databases', link: '/guide/databases' },
      { text: 'Scale out', link: '/guide/scale-out' },
      { text: 'Database administration', link: '/guide/database-administration' },
      { text: 'Upgrade', link: '/guide/upgrade' },
      { text: 'The store contract', link: '/guide/store-contract' },
      { text: 'Events', link: '/guide/events' },
      { text: 'Threat model', link: '/guide/threat-model' },
    ],
  },
  {
    text: 'Frameworks',
    items: [
      { text: 'Express', link: '/guide/frameworks/express' },
      { text: 'Hono', link: '/guide/frameworks/hono' },
      { text: 'Web requests', link: '/guide/frameworks/fetch' },
      { text: 'Koa', link: '/guide/frameworks/koa' },
      { text: 'Fastify', link: '/guide/frameworks/fastify' },
      { text: 'h3, Nitro and Nuxt', link: '/guide/frameworks/h3' },
      { text: 'Elysia', link: '/guide/frameworks/elysia' },
      { text: 'SvelteKit', link: '/guide/frameworks/sveltekit' },
      { text: 'Next.js', link: '/guide/frameworks/next' },
      { text: 'NestJS', link: '/guide/frameworks/nestjs' },
    ],
  },
  {
    text: 'JOSE',
    items: [
      { text: 'On its own', link: '/guide/jose/' },
      { text: 'Sign', link: '/guide/jose/sign' },
      { text: 'Verify', link: '/guide/jose/verify' },
      { text: 'Encrypt', link: '/guide/jose/encrypt' },
      { text: 'Keys', link: '/guide/jose/keys' },
      { text: 'Key sets', link: '/guide/jose/key-sets' },
      { text: 'SD-JWT', link: '/guide/jose/sd-jwt' },
      { text: 'More algorithms', link: '/guide/jose/extra' },
      { text: 'Recipes', link: '/guide/jose/recipes' },
      { text: 'Errors', link: '/guide/jose/errors' },
      { text: 'Migrate', link: '/guide/jose/migrate' },
      { text: 'What it is checked against', link: '/guide/jose/conformance' },
    ],
  },
  {
    text: 'Migrate',
    items: [
      { text: 'From Arctic', link: '/guide/migrate/arctic' },
      { text: 'From Auth.js', link: '/guide/migrate/authjs' },
      { text: 'From Passport', link: '/guide/migrate/passport' },
      { text: 'From openid-client', link: '/guide/migrate/openid-client' },
      { text: 'From simple-oauth2 and Grant', link: '/guide/migrate/simple-oauth2' },
      { text: 'From Python', link: '/guide/migrate/python' },
      { text: 'From OAuth 1 libraries', link: '/guide/oauth1-migrate' },
    ],
  },
  { text: 'Providers', collapsed: true, link: '/providers/', items: providers },
  {
    text: 'The project',
    items: [
      { text: 'Performance', link: '/performance' },
      { text: 'OpenID Connect conformance', link: '/conformance' },
      { text: 'Rules of specifications', link: '/specs/' },
      { text: 'A tour of the code', link: '/tour' },
      { text: 'Case ids in tests', link: '/cases' },
      { text: 'Parity with other libraries', link: '/parity' },
      { text: 'Reports from the field', link: '/reports' },
    ],
  },
  { text: 'API', link: '/api/' },
]

/** The guide as a list that language models read. https://llmstxt.org */
function listOfPages(srcDir: string, pages: readonly string[]): string {
  const lines = pages
    .filter((page) => page.startsWith('guide/'))
    .sort()
    .map((page) => {
      const title = /^# (.*)/m.exec(readFileSync(join(srcDir, page), 'utf8'))?.[1] ?? page
      return `- [${title}](/${page.replace(/(?:index)?\.md$/, '')})`
    })
  return `# Authlib for TypeScript\n\n> OAuth and OpenID Connect: clients, authorization servers, resource servers\n\n## Guide\n\n${lines.join('\n')}\n`
}

/** One tab for each package manager. */
function withTabs(source: string): string {
  return source.replaceAll(/^```sh\nnpm install (@authlib\/[^\n]+)\n```$/gm, (_, names: string) => {
    const tabs = [
      ['npm', 'npm install'],
      ['pnpm', 'pnpm add'],
      ['yarn', 'yarn add'],
      ['bun', 'bun add'],
    ].map(([name, command]) => `\`\`\`sh [${name}]\n${command} ${names}\n\`\`\``)
    return `::: code-group\n${tabs.join('\n')}\n:::`
  })
}

export default defineConfig({
  title: 'Authlib for TypeScript',
  description: 'OAuth and OpenID Connect for every role, in one family of small packages',
  lang: 'en',
  srcExclude: ['README.md'],
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: '/logo.svg', type: 'image/svg+xml' }]],
  ignoreDeadLinks: [/^https?:\/\/localhost/, /^\.\/\.\.\//], // the demo's ports, and files of the repository outside the site
  markdown: {
    config(md) {
      md.core.ruler.before('normalize', 'tabs', (state) => {
        state.src = withTabs(state.src)
      })
    },
    // VitePress has types of an older Shiki than its plugin; what runs is the same.
    codeTransformers: [
      transformerTwoslash({
        twoslashOptions: {
          compilerOptions: {
            module: 199, // NodeNext
            moduleResolution: 99,
            target: 10,
            lib: ['lib.es2023.d.ts', 'lib.es2024.string.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
            types: ['node'],
            customConditions: ['@authlib/source'], // samples are compiled against the sources: a wrong one fails the build
            allowImportingTsExtensions: true,
            noEmit: true,
            strict: true,
          },
        },
      }),
    ] as unknown as NonNullable<MarkdownOptions['codeTransformers']>,
  },
  buildEnd({ outDir, srcDir, pages }) {
    writeFileSync(join(outDir, 'llms.txt'), listOfPages(srcDir, pages))
  },
  themeConfig: {
    logo: '/logo.svg',
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: 'https://github.com/authlib/authlib-ts' }],
    footer: { message: 'BSD-3-Clause. In development: nothing is published on npm yet.' },
    nav: [
      { text: 'Guide', link: '/guide/quick-start' },
      { text: 'API', link: '/api/' },
      { text: 'Performance', link: '/performance' },
    ],
    sidebar: { '/': guide, '/api/': [{ text: 'API', items: packages }], ...ofPackages },
  },
})
