import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatOAuthHeader, parseOAuthHeader, type OAuthHeader } from './authorization-header.ts'
import type { Pair } from './pairs.ts'

const PARAMETER = /([\w.~%-]+)[ \t]*=[ \t]*"((?:[^"\\]|\\[^])*)"/y

/** A reader made of regular expressions. Null when the header is malformed. */
function plainReader(header: string): OAuthHeader | null {
  const pairs: Pair[] = []
  let realm: string | undefined
  let rest = header.replace(/^[ \t]*oauth/i, '').replace(/^[ \t]+/, '')
  while (rest !== '') {
    PARAMETER.lastIndex = 0
    const [whole, name = '', value = ''] = PARAMETER.exec(rest) ?? []
    if (whole !== undefined) {
      rest = rest.slice(whole.length).replace(/^[ \t]+/, '')
      if (rest !== '' && !rest.startsWith(',')) return null
      if (/^realm$/i.test(name)) {
        if (realm !== undefined) return null
        realm = value.replace(/\\([^])/g, '$1')
      } else {
        if (value.includes('\\')) return null
        try {
          pairs.push([decodeURIComponent(name), decodeURIComponent(value)])
        } catch {
          return null
        }
      }
    } else if (!rest.startsWith(',')) return null
    rest = rest.replace(/^,[ \t]*/, '')
  }
  return { realm, pairs }
}

const piece = fc.constantFrom('oauth_token', 'realm', 'REALM', '=', '"', ',', ' ', '\t', '\\', '%20', '%', 'a', '+', 'é', '=""', '="a"', '="b", ') // prettier-ignore

describe('the reader of headers (RFC 5849 §3.5.1)', () => {
  it('agrees with a reader made of regular expressions about any header', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        const header = `OAuth ${pieces.join('')}`
        expect(read(header)).toEqual(plainReader(header))
      }),
      { numRuns: 2000 },
    )
  })

  it('reads every header that the writer writes', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 })
    const name = text.filter((one) => one !== '' && one.toLowerCase() !== 'realm')
    const realm = fc.option(fc.string({ unit: 'grapheme-ascii' }), { nil: undefined })
    fc.assert(
      fc.property(fc.array(fc.tuple(name, text), { maxLength: 20 }), realm, (pairs, words) => {
        expect(parseOAuthHeader(formatOAuthHeader({ realm: words, pairs }))).toEqual({ realm: words, pairs })
      }),
    )
  })
})

function read(header: string): OAuthHeader | null {
  try {
    return parseOAuthHeader(header)
  } catch {
    return null
  }
}
