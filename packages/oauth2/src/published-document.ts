/** One JSON document that everybody may read, from scripts of other origins too. */

import { jsonResponse, type HttpResponse, type JsonObject, type Mountable } from '@authlib/core'
import { corsHeaders, preflightResponse } from '@authlib/core/kit'

export interface PublishedDocument {
  readonly paths: readonly string[]
  readonly members: JsonObject
  /** Seconds for which readers may keep a copy. */
  readonly maxAge: number
}

export function publishedDocument({ paths, members, maxAge }: PublishedDocument): Mountable {
  const document = jsonResponse(200, members, [...corsHeaders, ['cache-control', `public, max-age=${maxAge}`]])
  return {
    routes: paths.map((path) => ({ path, methods: ['GET', 'HEAD', 'OPTIONS'] })),
    handle: ({ method }) => Promise.resolve(answer(method, document)),
  }
}

function answer(method: string, document: HttpResponse): HttpResponse {
  if (method === 'GET') return document
  if (method === 'HEAD') return { ...document, body: '' }
  if (method === 'OPTIONS') return preflightResponse(['GET'])
  return { status: 405, headers: [['allow', 'GET, HEAD, OPTIONS']], body: '' }
}
