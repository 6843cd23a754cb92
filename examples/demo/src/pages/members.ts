/** JSON that people can read: names and values in two columns. */

import type { Json, JsonObject } from '@authlib/core'
import { html } from 'hono/html'
import type { Html } from './layout.ts'

const LONGEST = 300
/** Claims that are a NumericDate. RFC 7519 §2. */
const TIMES: ReadonlySet<string> = new Set(['exp', 'iat', 'auth_time', 'updated_at'])

export function members(object: JsonObject): Html {
  const rows = Object.entries(object).map(([name, value]) => {
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value)
    return html`<div class="${nested ? 'nested' : ''}">
      <dt>${name}</dt>
      <dd>${nested ? members(value as JsonObject) : describe(name, value)}</dd>
    </div>`
  })
  return html`<dl class="members">${rows}</dl>`
}

function describe(name: string, value: Json | undefined): string {
  if (typeof value === 'number' && TIMES.has(name)) {
    return new Date(value * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC')
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ') || 'none'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
