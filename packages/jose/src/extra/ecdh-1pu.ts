/**
 * Encryption that shows who sent it.
 *
 * @spec draft-madden-jose-ecdh-1pu-04 §2
 */

import { agree, agreedKey, newEphemeral, privateHalf, publicHalf, readEphemeral } from '../jwe/ecdh-es.ts'
import { invalidHeader } from '../jws/header.ts'
import { joinBytes } from '../shared/join-bytes.ts'
import type { JweEncryptionRow, JweRow } from '../jwe/algorithms.ts'
import type { JweImplementation, KeyManagement } from '../jwe/implementation.ts'
import { encryptionRefusal } from '../jwe/rules.ts'
import { invalidKey, type Jwk } from '../keys/jwk.ts'
import { Key } from '../keys/key.ts'
import type { KeySetLike } from '../keys/key-set.ts'
import { unwrapKey, wrapKey } from '#runtime'

export interface Ecdh1PuOptions {
  /** Who sends: to encrypt, one private key; to decrypt, its public half, or a set in which `skid` says which. */
  readonly sender: Key | KeySetLike
}

type Header = Readonly<Record<string, unknown>>

const deriving = ['deriveKey', 'deriveBits']
const shared = { kty: ['EC', 'OKP'], operations: { encrypt: deriving, decrypt: deriving } } as const
const rows: readonly JweRow[] = [
  { alg: 'ECDH-1PU', direct: true, ...shared },
  { alg: 'ECDH-1PU+A128KW', direct: false, agreedLength: 16, ...shared },
  { alg: 'ECDH-1PU+A192KW', direct: false, agreedLength: 24, ...shared },
  { alg: 'ECDH-1PU+A256KW', direct: false, agreedLength: 32, ...shared },
]

/**
 * `ECDH-1PU`, and `ECDH-1PU+A128KW`, `+A192KW`, `+A256KW`, which need a content encryption of the CBC-HS family. What can
 * be decrypted comes from the sender, or from the recipient itself: no one else can be convinced of it. The keys of both
 * are on one curve.
 */
export function ecdh1Pu({ sender }: Ecdh1PuOptions): readonly KeyManagement[] {
  return rows.map((row) => management(row, sender))
}

function management(row: JweRow, sender: Key | KeySetLike): KeyManagement {
  const { alg } = row
  const self: KeyManagement = {
    kind: 'key management',
    row,
    async encryptKey({ key, cek, encryption, header, implementations }) {
      if (!(sender instanceof Key)) throw new TypeError('One key of the sender is required')
      if (!isCommitting(row, encryption))
        throw new TypeError('The algorithm needs a content encryption of the CBC-HS family')
      const refusal = encryptionRefusal(sender, alg, 'decrypt', [self]) // its private half is used
      if (refusal !== null) throw refusal
      const recipient = publicHalf(key)
      checkCurve(sender, recipient)
      const { own, epk } = await newEphemeral(recipient, implementations)
      const secret = await secretOf([own, recipient], [privateHalf(sender), recipient], implementations)
      const { kid } = sender
      const added = { epk, ...(kid !== undefined && header['skid'] === undefined && { skid: kid }) }
      if (row.direct) return { header: added, cek: await agreedKey(secret, row, encryption, header) }
      return {
        header: added,
        encryptedKey: async (tag) => wrapKey(await agreedKey(secret, row, encryption, header, tag), cek), // §2.1
      }
    },
    async decryptKey({ key, encryptedKey, tag, encryption, header, implementations }) {
      if (!isCommitting(row, encryption)) throw invalidHeader('enc is not of the CBC-HS family')
      const from = await findSender(sender, header, self)
      const own = privateHalf(key)
      checkCurve(from, own)
      const ephemeral = readEphemeral(header, own)
      const secret = await secretOf([own, ephemeral], [own, publicHalf(from)], implementations)
      const agreed = await agreedKey(secret, row, encryption, header, row.direct ? undefined : tag)
      return row.direct ? agreed : unwrapKey(agreed, encryptedKey)
    },
  }
  return self
}

/** Z is Ze ‖ Zs. §2.3 */
async function secretOf(
  ephemeral: readonly [Jwk, Jwk],
  fixed: readonly [Jwk, Jwk],
  implementations: readonly JweImplementation[],
): Promise<Uint8Array> {
  return joinBytes(await agree(...ephemeral, implementations), await agree(...fixed, implementations))
}

/** §2.1: elsewhere a recipient could make another content for the other recipients. */
function isCommitting({ direct }: JweRow, { enc }: JweEncryptionRow): boolean {
  return direct || /^A\d+CBC-HS\d+$/.test(enc)
}

/** §2.3. */
function checkCurve({ crv }: Key, recipient: Jwk): void {
  if (crv !== recipient.crv) throw invalidKey('sender and recipient are on different curves')
}

/** §2.2.1. A hint: what matters is that the key is one of those that are trusted here. */
async function findSender(sender: Key | KeySetLike, { skid }: Header, self: KeyManagement): Promise<Key> {
  const { alg } = self.row
  const fits = (key: Key): boolean => encryptionRefusal(key, alg, 'encrypt', [self]) === null
  if (skid !== undefined && typeof skid !== 'string') throw invalidHeader('skid is no string')
  const found = sender instanceof Key ? [sender].filter(fits) : await sender.find({ alg, kid: skid, fits })
  const [key, ...others] = found
  if (key === undefined || others.length > 0) throw invalidKey('it takes one key of the sender')
  return key
}
