/** Rules that several profiles have in common; each profile names its own section. */

import type { ProfileRule, ServerConfiguration } from '../contract/profile.ts'
import type { Described, Registrable } from '../contract/registrable.ts'

type Rule = (section: string, level?: ProfileRule['level']) => ProfileRule

function rule(common: Omit<ProfileRule, 'section' | 'level'>): Rule {
  return (section, level) => ({ ...common, section, level })
}

/** The settings of something registered, by its kind and its name; undefined when it is not there. */
export function settingsOf(
  { registered }: ServerConfiguration,
  kind: Registrable['kind'],
  name: string,
): NonNullable<Described['settings']> | undefined {
  const found = registered.find((thing) => thing.kind === kind && nameOf(thing) === name)
  return found && (found.settings ?? {})
}

function nameOf(thing: Registrable): string {
  if (thing.kind === 'grant') return thing.grantType
  if (thing.kind === 'client_auth_method') return thing.method
  return 'name' in thing ? thing.name : ''
}

/** Whether something of this name that holds for every client demands its use. */
export function isRequired(configuration: ServerConfiguration, kind: 'feature' | 'extension', name: string): boolean {
  const settings = settingsOf(configuration, kind, name)
  return settings?.['required'] === true && settings['forSomeClients'] !== true
}

export function responseTypesOf(server: ServerConfiguration['server']): readonly string[] {
  return server.metadata().response_types_supported ?? []
}

/** The names, with what they are; undefined when there are none. */
export function list(what: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `${what}: ${names.join(', ')}`
}

export const httpsIssuer: Rule = rule({
  id: 'https',
  fix: 'Give the server an issuer, and if need be a baseUrl, that begin with https:.',
  problem({ server }) {
    const urls = [server.issuer, ...Object.values(server.metadata()).filter((value) => typeof value === 'string')]
    return list('not https', [...new Set(urls.filter((url) => /^http:/i.test(url)))])
  },
})

export const codeChallengeRequired: Rule = rule({
  id: 'code_challenge',
  fix: "Register codeChallenge() with the authorization code grant, without `requiredFor`, which is 'everyone' by default.",
  problem({ server, extensionsOf }) {
    if (!server.grantTypes.includes('authorization_code')) return undefined
    const settings = extensionsOf('authorization_code').find(({ name }) => name === 'code_challenge')?.settings
    if (settings === undefined) return 'a code can be redeemed without PKCE'
    return settings['requiredFor'] === 'everyone' ? undefined : 'some clients need not send a code_challenge'
  },
})

export const noFrontChannelTokens: Rule = rule({
  id: 'implicit',
  fix: 'Take insecureImplicitResponseType and other response types with `token` off the server. Clients use the authorization code grant.',
  problem({ server }) {
    return list(
      'access tokens travel through the browser by response types',
      responseTypesOf(server).filter((type) => type.split(' ').includes('token')),
    )
  },
})

export const noPasswordGrant: Rule = rule({
  id: 'password',
  fix: 'Take the password grant off the server.',
  problem: ({ server }) => (server.grantTypes.includes('password') ? 'the password grant is registered' : undefined),
})

export const atomicStorage: Rule = rule({
  id: 'single_use',
  fix: 'Use a store with atomic commits and strong reads, and take allowWeakStorage out.',
  problem({ server: { store } }) {
    const { commit, reads } = store.guarantees
    if (commit === 'atomic' && reads === 'strong') return undefined
    return 'the store is not atomic: two requests at once may redeem one code'
  },
})

export const issuerInResponses: Rule = rule({
  id: 'issuer_parameter',
  fix: 'Register issuerParameter, which authorizationCodeGrant() brings along.',
  problem({ server }) {
    const { authorization_response_iss_parameter_supported: told } = server.metadata()
    if (responseTypesOf(server).length === 0 || told === true) return undefined
    return 'authorization responses have no iss parameter'
  },
})

/** At most so many seconds. */
export function codeLifetime(section: string, most: number, level?: ProfileRule['level']): ProfileRule {
  return {
    id: 'code_lifetime',
    section,
    level,
    fix: `Pass at most ${most} seconds as lifetime of authorizationCodeGrant.`,
    problem(configuration) {
      const lifetime = settingsOf(configuration, 'grant', 'authorization_code')?.['lifetime']
      return typeof lifetime === 'number' && lifetime > most ? `a code lives for ${lifetime} seconds` : undefined
    },
  }
}

export const publicClientsRotate: Rule = rule({
  id: 'refresh_token_rotation',
  fix: 'Take trust.refreshTokenRotation out of public clients.',
  problem: ({ clients }) =>
    list(
      'refresh tokens of public clients stay as they are',
      clients
        .filter(({ authMethod, refreshTokenRotation }) => authMethod === 'none' && refreshTokenRotation === false)
        .map(({ clientId }) => clientId),
    ),
})

export const confidentialClients: Rule = rule({
  id: 'confidential_clients',
  fix: 'Pass clientAuthMethods: [] to the server, and register privateKeyJwt() or tlsClientAuth.',
  problem: ({ server }) =>
    methodsOf(server).includes('none') ? 'public clients may use the token endpoint' : undefined,
})

export const strongClientAuthentication: Rule = rule({
  id: 'client_authentication',
  fix: 'Pass clientAuthMethods: [] to the server, and register privateKeyJwt() or tlsClientAuth.',
  problem: ({ server }) =>
    list(
      'methods that are neither private_key_jwt nor mutual TLS',
      methodsOf(server).filter((method) => method !== 'none' && !STRONG_METHODS.includes(method)),
    ),
})

const STRONG_METHODS = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']

function methodsOf(server: ServerConfiguration['server']): readonly string[] {
  return server.metadata().token_endpoint_auth_methods_supported ?? []
}

export const boundTokens: Rule = rule({
  id: 'sender_constraint',
  fix: 'Register dpop({ required: true }) or mutualTls({ required: true }) for the whole server.',
  problem(configuration) {
    const bound = ['dpop', 'mutual_tls'].some((name) => isRequired(configuration, 'extension', name))
    return bound ? undefined : 'access tokens need not be bound to a key of the client'
  },
})

/** Of everything that the metadata lists. */
export function signingAlgorithms(section: string, allowed: readonly string[]): ProfileRule {
  const words = `${allowed.slice(0, -1).join(', ')} and ${allowed.at(-1)}`
  return {
    id: 'algorithms',
    section,
    fix: `Pass algorithms of ${words} to storedKeys, privateKeyJwt, dpop, requestObject and, as signingAlgorithms, to backchannelAuthenticationGrant.`,
    problem({ server }) {
      const members = Object.entries(server.metadata()).filter(([name]) =>
        name.endsWith('signing_alg_values_supported'),
      )
      const weak = members.flatMap(([name, values]) =>
        (values as readonly string[]).filter((alg) => !allowed.includes(alg)).map((alg) => `${alg} (${name})`),
      )
      return list(`other algorithms than ${words}`, weak)
    },
  }
}
