/**
 * A token status list: resource servers that check JWT access tokens by themselves learn of revocations from one document.
 *
 * @spec draft-ietf-oauth-status-list
 */

import { NEVER, type StoredRecord } from '@authlib/core'
import { assertOptions, assertSeconds, encodeBase64url } from '@authlib/core/kit'
import { signJwt } from '@authlib/jose'
import { temporarilyUnavailable } from '../../errors.ts'
import type { Endpoint, Feature } from '../contract/registrable.ts'
import type { Extension } from '../contract/extension.ts'
import type { Server } from '../contract/server.ts'
import { partitionOf } from '../records/authorization.ts'
import {
  REVOKED_STATUS_KIND,
  revokedStatus,
  statusEntryOf,
  statusListTag,
  type StatusEntry,
} from '../records/revoked-status.ts'
import { jwksEndpoint } from './jwks.ts'

export interface TokenStatusListOptions {
  /** Seconds for which a list may be kept, here and by who reads it: revocations are seen that late. Default 60. */
  readonly ttl?: number | undefined
  /** Entries of a list. Default 131,072: 16 kilobytes before compression. */
  readonly size?: number | undefined
  /** Signature algorithm of lists. Default: the first of the server's keys. */
  readonly algorithm?: string | undefined
}

const NAME = 'status_list'
const COUNTER_KIND = 'status_list_counter'
const ENTRY_KIND = 'status_entry'
/** Entries that a process takes at once, and gives out in random order. */
const BLOCK = 256
/** Lost writes of the counter before it is an error. */
const ATTEMPTS = 20

/**
 * Puts a `status` claim into JWT access tokens, and publishes the lists at `/status-lists/:id`. An entry becomes 1 when its
 * token is revoked, or the authorization that it belongs to ends. Register it after `jwtAccessToken`. The specification is a
 * draft, and this feature may change with it.
 *
 * @example
 * server.register(jwtAccessToken({ audience: 'https://api.example' }), experimentalTokenStatusList())
 */
export function experimentalTokenStatusList(options: TokenStatusListOptions = {}): Feature {
  assertOptions('experimentalTokenStatusList', options, { ttl: null, size: null, algorithm: 'string?' })
  const { ttl = 60, size = 131_072, algorithm } = options
  assertSeconds({ ttl }, 1)
  if (!Number.isInteger(size) || size < BLOCK || size % BLOCK !== 0) throw new TypeError('size is a multiple of 256')
  return {
    kind: 'feature',
    name: 'token_status_list',
    settings: { ttl, size },
    includes: [jwksEndpoint, entries(size), endpoint({ ttl, size, algorithm })],
  }
}

function entries(size: number): Extension {
  const states = new WeakMap<Server, { readonly free: number[]; loading?: Promise<unknown> | undefined }>()

  /** One that no other token has. A crash, or a lost commit, wastes some. */
  async function next(server: Server): Promise<StatusEntry> {
    const state = states.get(server) ?? { free: [] }
    states.set(server, state)
    let number = state.free.pop()
    while (number === undefined) {
      state.loading ??= takeBlock(server)
        .then((first) => state.free.push(...shuffled(first, server)))
        .finally(() => (state.loading = undefined))
      await state.loading
      number = state.free.pop()
    }
    return { list: Math.floor(number / size), idx: number % size }
  }

  return {
    kind: 'extension',
    name: NAME,

    async issuing({ format }, { server }) {
      if (format !== 'jwt') return undefined
      const { list, idx } = await next(server)
      return { claims: { status: { status_list: { idx, uri: server.url(NAME, String(list)) } } } }
    },

    tokenResponse({ draft: { authorization, claims, expiresAt } }) {
      const entry = statusEntryOf(claims)
      return entry && { changes: { put: [entryRecord(authorization.id, entry, expiresAt)] } }
    },

    async ending({ id }, _cause, server) {
      const lists = new Map<number, { indexes: number[]; expiresAt: number }>()
      for (const record of await entriesOf(server, id)) {
        const { list, idx } = record.data as unknown as StatusEntry // sound: entryRecord wrote it
        const known = lists.get(list) ?? { indexes: [], expiresAt: 0 }
        known.indexes.push(idx)
        lists.set(list, { ...known, expiresAt: Math.max(known.expiresAt, record.expiresAt) })
      }
      return { changes: { put: [...lists].map(([list, ended]) => revokedStatus(server, id, { list, ...ended })) } }
    },
  }
}

function entryRecord(authorizationId: string, { list, idx }: StatusEntry, expiresAt: number): StoredRecord {
  const partition = partitionOf(authorizationId)
  return {
    kind: ENTRY_KIND,
    id: `${list}.${idx}`,
    partition,
    revision: 1,
    expiresAt,
    index: { tag: ownerTag(partition) },
    data: { version: 1, list, idx, authorizationId },
  }
}

function ownerTag(partition: string): string {
  return `status_of:${partition}`
}

/** Of the tokens of an authorization and of what derives from it. */
async function entriesOf({ store, clock }: Server, authorizationId: string): Promise<readonly StoredRecord[]> {
  const query = { kind: ENTRY_KIND, by: 'tag', value: ownerTag(partitionOf(authorizationId)) } as const
  const found: StoredRecord[] = []
  let after: string | undefined
  do {
    const page = await store.list({ ...query, after })
    found.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return found.filter(({ data, expiresAt }) => {
    const owner = data['authorizationId']
    const isOf = typeof owner === 'string' && (owner === authorizationId || owner.startsWith(`${authorizationId}~`))
    return isOf && expiresAt > clock()
  })
}

/** @throws OAuth2Error `temporarily_unavailable` when others keep taking blocks */
async function takeBlock({ store, clock }: Server): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { next, revision } = await readCounter({ store })
    const record: StoredRecord = {
      ...{ kind: COUNTER_KIND, id: NAME, partition: NAME, revision: revision + 1, expiresAt: NEVER },
      data: { version: 1, next: next + BLOCK },
    }
    const expect = [{ kind: COUNTER_KIND, id: NAME, revision }]
    if (await store.commit({ partition: NAME, now: clock(), expect, put: [record], remove: [] })) return next
  }
  throw temporarilyUnavailable('', { reason: 'others kept taking entries of the status list' })
}

async function readCounter({ store }: Pick<Server, 'store'>): Promise<{ next: number; revision: number }> {
  const [record] = await store.get(NAME, [[COUNTER_KIND, NAME]])
  const next = record?.data['next']
  return { next: typeof next === 'number' ? next : 0, revision: record?.revision ?? 0 }
}

/** In random order, so that an index does not tell when its token was issued. */
function shuffled(first: number, { random }: Server): number[] {
  const numbers = Array.from({ length: BLOCK }, (_, index) => first + index)
  const drawn = random(BLOCK * 4)
  const weightOf = (number: number): number =>
    new DataView(drawn.buffer, drawn.byteOffset).getUint32((number - first) * 4)
  return numbers.sort((one, other) => weightOf(one) - weightOf(other))
}

interface Kept {
  readonly until: number
  readonly jwt: string
}

function endpoint({ ttl, size, algorithm }: { ttl: number; size: number; algorithm: string | undefined }): Endpoint {
  const kept = new WeakMap<Server, Map<number, Kept>>()
  return {
    kind: 'endpoint',
    name: NAME,
    path: '/status-lists/:id',
    methods: ['GET'],
    cors: true,
    metadata: () => ({}),
    async handle(_http, server, id = '') {
      const list = /^\d{1,9}$/.test(id) ? Number(id) : Number.NaN
      const lists = kept.get(server) ?? new Map<number, Kept>()
      kept.set(server, lists)
      const now = server.clock()
      let known = lists.get(list)
      if (known === undefined || known.until <= now) {
        const { next } = await readCounter(server)
        if (!(list * size < next)) return { status: 404, headers: [], body: '' } // not begun yet, or no number
        known = { until: now + ttl, jwt: await signed(server, list, { ttl, size, algorithm }) }
        lists.set(list, known)
      }
      return {
        status: 200,
        headers: [
          ['content-type', 'application/statuslist+jwt'],
          ['cache-control', `public, max-age=${Math.max(0, known.until - now)}`],
        ],
        body: known.jwt,
      }
    },
  }
}

async function signed(
  server: Server,
  list: number,
  { ttl, size, algorithm }: { ttl: number; size: number; algorithm: string | undefined },
): Promise<string> {
  const now = server.clock()
  const claims = {
    iss: server.issuer,
    sub: server.url(NAME, String(list)),
    iat: now,
    exp: now + 2 * ttl,
    ttl,
    status_list: { bits: 1, lst: await encodeStatusList(await revokedIn(server, list), size) },
  }
  return signJwt(claims, await server.requireKeys().signingKey(algorithm), { typ: 'statuslist+jwt' })
}

async function revokedIn({ store, clock }: Server, list: number): Promise<readonly number[]> {
  const revoked: number[] = []
  let after: string | undefined
  do {
    const page = await store.list({ kind: REVOKED_STATUS_KIND, by: 'tag', value: statusListTag(list), after })
    for (const { data, expiresAt } of page.items) {
      if (expiresAt > clock()) revoked.push(...(data['indexes'] as number[])) // sound: revokedStatus wrote it
    }
    after = page.next
  } while (after !== undefined)
  return revoked
}

/** One bit an entry, the first in the least significant bit, compressed as ZLIB. */
export async function encodeStatusList(revoked: readonly number[], size: number): Promise<string> {
  const bytes = new Uint8Array(size / 8)
  for (const idx of revoked) bytes[idx >> 3] = (bytes[idx >> 3] ?? 0) | (1 << (idx & 7))
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
  return encodeBase64url(new Uint8Array(await new Response(compressed).arrayBuffer()))
}
