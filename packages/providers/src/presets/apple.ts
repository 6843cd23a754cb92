import { decodeBase64, encodeBase64url, encodeUtf8 } from '@authlib/core/kit'
import type { ClientAuth } from '@authlib/oauth2/client'
import { openidProvider, type OpenIDProvider, type OpenIDProviderOptions } from '../openid-provider.ts'
import { find } from '../path.ts'
import type { OpenIDPreset } from '../preset.ts'

/** Facts about Apple. */
export const applePreset: OpenIDPreset = {
  name: 'apple',
  title: 'Apple',
  protocol: 'openid',
  issuer: 'https://appleid.apple.com',
  scope: ['name', 'email'],
  authorization: { responseMode: 'form_post' },
  offline: 'always',
}

export interface AppleOptions extends Omit<OpenIDProviderOptions, 'clientSecret' | 'clientAuth'> {
  /** The Services ID for web logins, the bundle ID for those of an app. */
  readonly clientId: string
  /** The id of the team: ten characters. */
  readonly teamId: string
  /** The id of the key: ten characters. */
  readonly keyId: string
  /** The private key as Apple gives it: the text of the file `AuthKey_….p8`. */
  readonly privateKey: string
}

/**
 * Log in with Apple.
 *
 * - The secret is a JWT that the key signs afresh for each request: no secret expires after six months.
 * - The name comes with the first login only. Keep it then; `profile.name` is absent later.
 * - The callback is a POST from another site: route it with `app.all` or `app.post`. It needs https, also in development.
 * - The address may be a relay that forwards mail: `raw.is_private_email`.
 * - Ask for neither name nor address with `scope: []`.
 *
 * @see [Register an application](https://developer.apple.com/account/resources/identifiers/list/serviceId)
 * @see [Documentation](https://developer.apple.com/documentation/signinwithapplerestapi)
 */
export const apple = ({ teamId, keyId, privateKey, ...options }: AppleOptions): OpenIDProvider =>
  openidProvider(
    applePreset,
    { ...options, clientAuth: signedSecret(teamId, keyId, privateKey) },
    { claims: (_raw, callback) => nameOf(callback.get('user')) },
  )

/** How Apple wants a client to authenticate. */
function signedSecret(teamId: string, keyId: string, pem: string): ClientAuth {
  let key: Promise<CryptoKey> | undefined
  return async ({ clientId, clock }) => {
    key ??= importKey(pem)
    const now = clock()
    const claims = { iss: teamId, sub: clientId, aud: 'https://appleid.apple.com', iat: now, exp: now + 300 }
    const signed = `${encode({ alg: 'ES256', kid: keyId, typ: 'JWT' })}.${encode(claims)}`
    const signature = await crypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      await key,
      encodeUtf8(signed) as BufferSource,
    )
    return {
      params: { client_id: clientId, client_secret: `${signed}.${encodeBase64url(new Uint8Array(signature))}` },
    }
  }
}

/** The runtime reads PKCS #8 and signs, so that no reader of keys and nothing of JOSE gets into the bundle for it. */
function importKey(pem: string): Promise<CryptoKey> {
  const der = new Uint8Array(decodeBase64(pem.replace(/-----[^-]+-----|\s/g, '')))
  return crypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
}

function encode(part: object): string {
  return encodeBase64url(encodeUtf8(JSON.stringify(part)))
}

/** The person may have changed it: it is not signed. */
function nameOf(user: string | undefined): Readonly<Record<string, unknown>> {
  const value = parse(user ?? '{}')
  const name = find(value, ['{name.firstName} {name.lastName}', 'name.firstName', 'name.lastName'])
  if (name === undefined) return {}
  return { name, given_name: find(value, 'name.firstName'), family_name: find(value, 'name.lastName') }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
