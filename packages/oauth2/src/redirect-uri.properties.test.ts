// What matches leads where the registration says, by the parser that browsers have.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { matchesRedirectUri, redirectUriFault, type ApplicationType } from './redirect-uri.ts'

const REGISTERED = [
  ...['https://app.example/cb', 'https://app.example/cb?tenant=1', 'https://app.example', 'com.example.app:/cb'],
  ...[
    'http://127.0.0.1/cb',
    'http://127.0.0.1:5000/',
    'http://[::1]/cb?x=1',
    'http://localhost/cb',
    'http://localhost',
  ],
]

/** What has been used to confuse parsers (RFC 9700 §4.1.3). */
const PIECES = [
  ...[
    '@',
    '#',
    '?',
    '/',
    '//',
    '\\',
    '.',
    '..',
    '/../',
    '/./',
    ':',
    ':80',
    ':443',
    ':1@',
    '%2f',
    '%2e%2e',
    '%40',
    '%23',
  ],
  ...[
    'evil.example',
    '.evil.example',
    'https://evil.example',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\0',
    '&',
    ';',
    ',',
    '*',
    '[',
    ']',
  ],
  ...[
    '\u3002',
    '\uff0e',
    '\uff0f',
    '\u00ad',
    '\u200b',
    'ſ',
    'K',
    'xn--',
    '127.1',
    '0x7f.1',
    '2130706433',
    '0',
    'A',
    'a',
    '…',
  ],
]

const types = fc.constantFrom<ApplicationType>('web', 'native')
const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.integer({ min: 0, max: 3 }),
    insert: fc.oneof(fc.constantFrom('', ...PIECES), fc.string({ maxLength: 3 })),
  }),
  { minLength: 1, maxLength: 3 },
)

function edited(uri: string, changes: readonly { at: number; remove: number; insert: string }[]): string {
  let text = uri
  for (const { at, remove, insert } of changes) {
    const place = Math.floor(at * (text.length + 1))
    text = text.slice(0, place) + insert + text.slice(place + remove)
  }
  return text
}

it('sends a code nowhere else, however the URI was changed (RFC 9700 §4.1, RFC 8252 §7.3)', () => {
  fc.assert(
    fc.property(fc.constantFrom(...REGISTERED), edits, types, fc.boolean(), (uri, changes, type, localhostAnyPort) => {
      const asked = edited(uri, changes)
      if (!matchesRedirectUri(uri, asked, type, { localhostAnyPort }) || asked === uri) return
      expect(type).toBe('native')
      const [ours, theirs] = [new URL(uri), new URL(asked)]
      expect(['127.0.0.1', '[::1]', ...(localhostAnyPort ? ['localhost'] : [])]).toContain(theirs.hostname)
      for (const part of ['protocol', 'hostname', 'pathname', 'search', 'hash', 'username', 'password'] as const) {
        expect([part, theirs[part]]).toEqual([part, ours[part]])
      }
    }),
    { numRuns: 20_000 },
  )
})

it('registers nothing that a browser reads in another way (RFC 6749 §3.1.2, RFC 8252 §7)', () => {
  fc.assert(
    fc.property(fc.constantFrom(...REGISTERED), edits, types, fc.boolean(), (uri, changes, type, schemesWithoutDot) => {
      const asked = edited(uri, changes)
      if (redirectUriFault(asked, type, { schemesWithoutDot }) !== null) return
      const url = new URL(asked)
      expect([url.username, url.password, url.hash, /[^\x21-\x7e]/.test(asked)]).toEqual(['', '', '', false])
      if (url.protocol === 'http:') {
        expect(/^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(url.hostname)).toBe(true)
      } else if (url.protocol !== 'https:') {
        expect([type, url.protocol.includes('.') || schemesWithoutDot]).toEqual(['native', true])
      }
      const authority = /^https?:\/\/([^/?]*)/.exec(asked)?.[1]
      if (authority !== undefined) expect(authority.toLowerCase().startsWith(url.hostname)).toBe(true)
    }),
    { numRuns: 20_000 },
  )
})

it('is itself, and one of two that match matches back', () => {
  const some = fc.constantFrom(...REGISTERED)
  fc.assert(
    fc.property(some, some, types, fc.boolean(), (one, other, type, localhostAnyPort) => {
      expect(matchesRedirectUri(one, one, type, { localhostAnyPort })).toBe(true)
      const there = matchesRedirectUri(one, other, type, { localhostAnyPort })
      expect(matchesRedirectUri(other, one, type, { localhostAnyPort })).toBe(there)
    }),
  )
})
