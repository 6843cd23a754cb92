/** The README.md of a project. */

const TITLES: Readonly<Record<string, string>> = {
  provider: 'An OpenID provider',
  client: 'A web application with a login',
  api: 'A protected API',
  mcp: 'A protected MCP server',
}

const HINTS: Readonly<Record<string, string>> = {
  provider:
    'Its users and its pages are for development: `alice` has the password `alice`. Applications log in with the `CLIENT_SECRET` of `.env`.',
  client:
    'It logs in with the provider at <http://localhost:4000>, or the one that `ISSUER` names in `.env`. `CLIENT_SECRET` must be the one that the provider knows. `API_URL` names an API that it calls.',
  api: 'It accepts the tokens of the provider at <http://localhost:4000>, or the one that `ISSUER` names in `.env`.',
  mcp: 'It accepts the tokens of the provider at <http://localhost:4000>, or the one that `ISSUER` names in `.env`.',
}

export function readme({
  framework,
  template,
  sources,
}: {
  readonly framework: string
  readonly template: string
  readonly sources: readonly string[]
}): string {
  const start = framework === 'next' ? 'npm run dev' : 'npm start'
  return `# ${TITLES[template] ?? template}

\`\`\`sh
npm install
${start}
\`\`\`

${HINTS[template] ?? ''}

${sources.map((path) => `- [${path}](${path})`).join('\n')}

[Guide](https://github.com/authlib/authlib-ts/blob/main/docs/guide/frameworks/${framework}.md)
`
}
