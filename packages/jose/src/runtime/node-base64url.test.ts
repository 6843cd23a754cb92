import { decodeBase64url } from '@authlib/core/kit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeInto, MAX_TEXT } from './node-base64url.ts'

const target = new Uint8Array(MAX_TEXT)

function byTable(text: string): Uint8Array | null {
  const length = decodeInto(text, target)
  return length < 0 ? null : target.slice(0, length)
}

function byCore(text: string): Uint8Array | null {
  try {
    return decodeBase64url(text)
  } catch {
    return null
  }
}

/** Characters next to the alphabet, and such as share their low byte with one of it. */
const characters = fc.constantFrom(...Array.from('AQgwZz09-_+/=.~ \n\0\u00c1\u0141\uff21\u{1d400}'))

describe('the table for base64url (RFC 4648 §5)', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(byTable(Buffer.from(bytes).toString('base64url'))).toEqual(bytes)
      }),
    )
  })

  it('gives the verdict of the core about any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: characters, maxLength: 12 }), fc.string({ unit: 'binary' })), (text) => {
        expect(byTable(text)).toEqual(byCore(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('gives it about every last character, whatever bits are left over (RFC 4648 §3.5)', () => {
    for (const start of ['', 'AAAA'])
      for (let code = 0; code < 0x180; code++)
        for (const middle of ['', 'A', 'AA', 'AAA']) {
          const text = `${start}${middle}${String.fromCharCode(code)}`
          expect(byTable(text), text).toEqual(byCore(text))
        }
  })

  it('refuses what is too long, however it ends', () => {
    expect(byTable('A'.repeat(MAX_TEXT))).toHaveLength((MAX_TEXT * 3) / 4)
    expect(byTable('A'.repeat(MAX_TEXT + 4))).toBeNull()
    expect(byTable(`${'A'.repeat(MAX_TEXT - 1)}\u00e9`)).toBeNull() // the last one does not fit as UTF-8
    expect(byTable(`${'A'.repeat(MAX_TEXT - 2)}\u00e9`)).toBeNull()
  })
})
