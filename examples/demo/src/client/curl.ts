/** A message as a command line. What was shortened before it was kept becomes a variable of the shell. */

import type { Json } from '@authlib/core'
import type { Exchange } from './exchange.ts'

export function curlCommand({ method, url, headers, sent }: Exchange): string {
  const parts = ['curl -i']
  const members = Object.entries(sent)
  const isJson = headers['content-type']?.includes('json') === true
  const isForm = method !== 'GET' && !isJson
  if (method !== 'GET') parts.push(`-X ${method}`)
  if (headers['authorization'] !== undefined) parts.push(credential(headers['authorization']))
  if (isJson) parts.push(`-H 'Content-Type: application/json'`, `-d ${quote(JSON.stringify(sent))}`)
  for (const [name, value] of members) {
    if (!isJson) parts.push(`${isForm ? '' : '-G '}--data-urlencode ${member(name, value)}`)
  }
  parts.push(quote(url))
  return parts.join(' \\\n  ')
}

function credential(header: string): string {
  const [scheme = '', value = ''] = header.split(' ')
  if (scheme === 'Basic') return `-u "${value.replace(':…', '')}:$CLIENT_SECRET"`
  return `-H "Authorization: ${scheme} $ACCESS_TOKEN"`
}

function member(name: string, value: Json | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.includes('…') ? `"${name}=$${name.toUpperCase()}"` : quote(`${name}=${text}`)
}

/** For a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
