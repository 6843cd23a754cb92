/**
 * The authorization endpoint. It is served when an interaction is registered, and published when someone answers it.
 *
 * @spec RFC 6749 §3.1
 */

import { readForm, redirectResponse, type HttpRequest, type HttpResponse } from '@authlib/core'
import type { Endpoint } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'

/** Where browsers ask for authorization. RFC 6749 §3.1. */
export const authorizeEndpoint: Endpoint = {
  kind: 'endpoint',
  name: 'authorization',
  path: '/authorize',
  methods: ['GET', 'POST'],
  cors: false, // browsers navigate here, scripts never call it. RFC 9700 §2.6
  mounted: (server) => server.interaction.mode === 'pages',
  metadata: (server) =>
    server.interaction.mode === null ? {} : { authorization_endpoint: server.url('authorization') },
  async handle(http, server) {
    const asGet = await sameRequestAsGet(http, server)
    return asGet ?? server.interaction.begin(await server.requests.authorization(http), http)
  },
}

/** Longer URLs may be refused on their way. */
const LONGEST_QUERY = 6000

/**
 * Browsers send no Lax cookies with a POST of another site: the person would seem to be logged out, and a new cookie would
 * end the logins of other tabs. They send them with the GET that follows.
 */
async function sameRequestAsGet(http: HttpRequest, server: Server): Promise<HttpResponse | undefined> {
  if (http.method !== 'POST' || http.headers.get('sec-fetch-site') !== 'cross-site') return undefined
  const query = await readForm(http).then(String, () => undefined) // what cannot be read is refused as usual
  if (query === undefined || query.length > LONGEST_QUERY) return undefined
  return redirectResponse(`${server.url('authorization')}?${query}`)
}
