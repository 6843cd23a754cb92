/** What a server and a resource protector stand on, made from their options. */

import { AuthlibError, systemClock, systemRandom, type Clock, type Random, type Store } from '@authlib/core'
import {
  assertBooleans,
  assertSeconds,
  createMac,
  createSealer,
  isSecureTransport,
  type Mac,
  type Sealer,
  refuseUnknownOptions,
} from '@authlib/core/kit'
import { hmacSha1, hmacSha256, hmacSha512 } from '../hmac.ts'
import type { SignatureMethod } from '../signature-method.ts'
import type { ClientSource, RegisteredClient } from './clients.ts'
import { logServerError, type OAuth1Event, type OAuth1EventListener } from './events.ts'

export interface OAuth1Options {
  /** Scheme, host and port that clients sign, such as `https://api.example`: configuration, never the `Host` header. */
  readonly origin: string
  readonly store: Store
  /** For encryption and authentication at rest. The first is used, all are accepted; at least 32 characters each. */
  readonly secrets: readonly string[]
  /** `staticClients(…)`, `storedClients(…)`, or your own table. */
  readonly clients: ClientSource
  /** Default HMAC with SHA-1, SHA-256 and SHA-512. Add `rsaSha256` and others for clients that are registered for them. */
  readonly signatureMethods?: readonly SignatureMethod[] | undefined
  /** Seconds that a timestamp may differ from the clock. Default 300. RFC 5849 §3.3 */
  readonly timestampWindow?: number | undefined
  /** What a challenge names as realm. Default: the origin. */
  readonly realm?: string | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
  /** Hears of everything that happens. Default: `server.error` goes to the console. */
  readonly onEvent?: OAuth1EventListener | undefined
  /** Accepts plain http on other hosts than this machine. Default false. */
  readonly allowInsecureTransport?: boolean | undefined
  /** Accepts a store that cannot commit atomically, or whose reads may be out of date: nonces could be used twice. Default false. */
  readonly allowWeakStorage?: boolean | undefined
}

/** What the parts of the package share. */
export interface OAuth1Environment {
  readonly origin: string
  readonly isHttps: boolean
  readonly realm: string
  readonly store: Store
  readonly clients: ClientSource
  readonly methods: ReadonlyMap<string, SignatureMethod>
  readonly timestampWindow: number
  readonly clock: Clock
  readonly random: Random
  readonly tokenSecrets: Sealer
  readonly handles: Sealer
  readonly verifiers: Mac
  readonly emit: (event: OAuth1Event) => void
}

/** Options of the server alone, or of its protectors: both may be given the same object. */
const OF_ONE = { pages: true, paths: true, temporaryLifetime: true, tokenLifetime: true, allowClientRequests: true }

/** @throws AuthlibError `insecure_transport`, `weak_secret`, `weak_storage`; TypeError for an origin with a path */
export function createEnvironment({
  origin,
  store,
  secrets,
  clients,
  signatureMethods = [hmacSha1, hmacSha256, hmacSha512],
  timestampWindow = 300,
  realm = origin,
  clock = systemClock,
  random = systemRandom,
  onEvent = logServerError,
  allowInsecureTransport = false,
  allowWeakStorage = false,
  ...others
}: OAuth1Options): OAuth1Environment {
  refuseUnknownOptions('OAuth 1', others, OF_ONE)
  assertSeconds({ timestampWindow }, 1)
  assertBooleans({ allowInsecureTransport, allowWeakStorage })
  const url = URL.canParse(origin) ? new URL(origin) : null
  if (url?.href !== `${url?.origin}/`) throw new TypeError('`origin` is a scheme, a host and a port')
  if (!isSecureTransport(url, { allowInsecureTransport })) {
    throw new AuthlibError('insecure_transport', 'The origin must be https', {
      hint: 'Plain http is accepted for loopback hosts only, or with allowInsecureTransport.',
    })
  }
  if (!allowWeakStorage && (store.guarantees.commit !== 'atomic' || store.guarantees.reads !== 'strong')) {
    throw new AuthlibError(
      'weak_storage',
      'The store cannot guard single use: nonces and verifiers could be used twice',
      {
        hint: 'Use a store with atomic commits and strong reads, or pass allowWeakStorage: true and accept the loss.',
      },
    )
  }
  const methods = new Map(signatureMethods.map((method) => [method.name, method]))
  if (methods.has('PLAINTEXT') && !isSecureTransport(url)) {
    throw new AuthlibError('insecure_transport', 'PLAINTEXT sends secrets, and the origin is not https') // RFC 5849 §3.4.4
  }
  const label = (name: string): string => `oauth1 ${name} ${url.origin}`
  return {
    origin: url.origin,
    isHttps: url.protocol === 'https:',
    realm,
    store,
    clients,
    methods,
    timestampWindow,
    clock,
    random,
    tokenSecrets: createSealer({ secrets, label: 'oauth1 token', random }),
    handles: createSealer({ secrets, label: label('interaction'), random }),
    verifiers: createMac({ secrets, label: label('verifier') }),
    emit(event) {
      try {
        onEvent(event)
      } catch {
        // a listener cannot fail the request
      }
    },
  }
}

/** Whether the client may use the method. One who is registered for RSA cannot be impersonated by its public key as a secret. */
export function mayUse(
  { signatureMethods, publicKey, clientSecret }: RegisteredClient,
  method: SignatureMethod,
): boolean {
  if (method.key === 'publicKey' ? publicKey === undefined : clientSecret === undefined) return false
  if (signatureMethods !== undefined) return signatureMethods.includes(method.name)
  if (method.sendsSecret === true) return false
  return method.key === (publicKey === undefined ? 'secret' : 'publicKey')
}
