/**
 * Every exported symbol has a doc comment (options are documented member by member, where they are taken), and every
 * subpath is shown in the README of its package and has a page in the API reference.
 */

import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type ts from 'typescript'
import { readJson, readPackages, type Package } from '../workspace.ts'
import { entryProgram, type ExportedSymbol } from './entry-program.ts'

/** One line for each symbol or subpath that nothing is said about. */
export function documentation(root: string): string[] {
  const packages = readPackages(root)
  return [
    ...packages.flatMap((candidate) => undocumentedSubpaths(root, candidate)),
    ...packages.flatMap((candidate) => missingInReference(root, candidate)),
    ...undocumentedSymbols(root),
    ...missingExamples(root),
  ]
}

function undocumentedSubpaths(root: string, { folder, subpaths }: Package): string[] {
  const path = `${folder}/README.md`
  if (!existsSync(join(root, path))) return [`${path} is missing`]
  const readme = readFileSync(join(root, path), 'utf8')
  return subpaths
    .filter(({ specifier }) => !new RegExp(`(?<![\\w/])${specifier}(?![\\w/-])`).test(readme))
    .map(({ specifier }) => `${path} does not mention ${specifier}`)
}

/** The reference is made of what `typedoc.json` of the package names, or of its main entry when there is none. */
function missingInReference(root: string, { folder, subpaths }: Package): string[] {
  const path = `${folder}/typedoc.json`
  const { entryPoints } = existsSync(join(root, path))
    ? (readJson(join(root, path)) as { readonly entryPoints: readonly string[] }) // ours, and TypeDoc checks it
    : { entryPoints: ['src/index.ts'] }
  return subpaths
    .filter(({ source }) => !entryPoints.includes(relative(folder, source).replaceAll('\\', '/')))
    .map(({ specifier }) => `${path} leaves out ${specifier}`)
}

function undocumentedSymbols(root: string): string[] {
  const { checker, exports } = entryProgram(root)
  return [...new Set(exports.flatMap((exported) => faultOf(root, checker, exported)))] // a symbol may be exported by two entries
}

/** Where people start: what an editor shows of these has an example. Others are welcome to have one. */
const STARTING_POINTS: ReadonlySet<string> = new Set([
  ...['OAuth', 'memoryStore', 'storeTokens', 'storedLogins', 'tenantStore', 'loginRoutes', 'mount', 'protect'],
  ...[
    'signJwt',
    'verifyJwt',
    'encryptJwt',
    'importKey',
    'importSecret',
    'generateKey',
    'KeySet',
    'remoteKeySet',
    'storedKeys',
  ],
  ...[
    'OAuth2Client',
    'oauth2',
    'OpenIDClient',
    'oidc',
    'dpop',
    'privateKeyJwt',
    'deviceAuthorization',
    'exchangeToken',
  ],
  ...['ResourceProtector', 'jwtAccessToken', 'introspection', 'protectedResourceMetadata'],
  ...['AuthorizationServer', 'authorizationCodeGrant', 'refreshTokenGrant', 'clientCredentialsGrant', 'codeChallenge'],
  ...['revocationEndpoint', 'introspectionEndpoint', 'developmentPages', 'redirectInteraction', 'staticClients'],
  ...[
    'storedClients',
    'openId',
    'tokenExchangeGrant',
    'dynamicClientRegistration',
    'sqliteStore',
    'pgStore',
    'redisStore',
  ],
  ...['startFakeProvider', 'storeContract'],
])

function missingExamples(root: string): string[] {
  const { exports } = entryProgram(root)
  const faults = exports.flatMap(({ name, origin }) => {
    const file = origin.declarations?.[0]?.getSourceFile().fileName ?? ''
    if (!STARTING_POINTS.has(name) || /oauth1|\/h3\/src\/v1\//.test(file)) return [] // v1 is h3 in its former version
    const hasExample = origin.getJsDocTags().some((tag) => tag.name === 'example')
    return hasExample ? [] : [`${relative(root, file)}: ${name} has no @example`]
  })
  return [...new Set(faults)]
}

function faultOf(root: string, checker: ts.TypeChecker, { name, origin }: ExportedSymbol): string[] {
  if (origin.getDocumentationComment(checker).length > 0 || name.endsWith('Options')) return []
  const declaration = origin.declarations?.[0]
  if (declaration === undefined) return [`${name} is exported but declared nowhere`]
  const file = declaration.getSourceFile()
  const { line } = file.getLineAndCharacterOfPosition(declaration.getStart())
  return [`${relative(root, file.fileName)}:${line + 1}: ${name} has no doc comment`]
}
