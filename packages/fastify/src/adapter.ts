/** Requests and responses of Fastify for the login registry of core. */

import { serializeCookie, type Adapter } from '@authlib/core'
import type { FastifyReply } from 'fastify'
import { fastifyRequest } from './request.ts'
import { append, respond } from './respond.ts'

/** `new OAuth({ adapter: fastifyAdapter, … })`. Its context is `reply`; the promises of the registry end with the response. */
export const fastifyAdapter: Adapter<FastifyReply> = {
  request: ({ request }) => fastifyRequest(request),
  async respond(reply, response) {
    await respond(reply, response) // a reply is thenable: hooks may take their time
  },
  setCookies(reply, cookies) {
    for (const cookie of cookies) append(reply, 'set-cookie', serializeCookie(cookie))
  },
}
