/** Headers that are set on the context of Elysia, in the form of Web headers and back. */

import type { HttpHeader } from '@authlib/core'
import { mergeHeaders } from '@authlib/fetch'
import type { ElysiaContext } from './request.ts'

type Set = ElysiaContext['set']

/** All that the application has set. */
export function headersOf(set: Set): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(set.headers)) {
    for (const one of listOf(value)) headers.append(name, one)
  }
  return headers
}

/** Adds to what the application has set. */
export function addTo(set: Set, added: readonly HttpHeader[]): void {
  const headers = headersOf(set)
  mergeHeaders(headers, added)
  const cookies = headers.getSetCookie()
  headers.delete('set-cookie')
  for (const [name, value] of headers) set.headers[name] = value
  if (cookies.length > 0) Object.assign(set.headers, { 'set-cookie': cookies }) // a list, whatever the type says
}

/** Takes everything off the context, for a response that has it. */
export function clear(set: Set): void {
  set.headers = {}
}

function listOf(value: unknown): readonly string[] {
  return value === undefined ? [] : [value].flat().map(String)
}
