/** A certificate for a TLS server of a test, with a fresh key, so that no private key stands in the sources. */

import { generateKeyPairSync, sign } from 'node:crypto'

const ECDSA_WITH_SHA256 = sequence(element(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
const COMMON_NAME = element(0x06, Buffer.from('550403', 'hex'))
const NAME = sequence(element(0x31, sequence(COMMON_NAME, element(0x0c, Buffer.from('localhost')))))
const VALIDITY = sequence(utcTime('250101000000Z'), utcTime('491231235959Z'))

/** Version 1 (RFC 5280 §4.1), for `localhost`, valid until 2049. */
export function selfSigned(): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subjectPublicKey = publicKey.export({ type: 'spki', format: 'der' })
  const serialNumber = element(0x02, Buffer.from([1]))
  const toBeSigned = sequence(serialNumber, ECDSA_WITH_SHA256, NAME, VALIDITY, NAME, subjectPublicKey)
  const signature = element(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', toBeSigned, privateKey)]))
  const der = sequence(toBeSigned, ECDSA_WITH_SHA256, signature)
  const cert = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, cert } // sound: PEM is a string
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return element(0x30, Buffer.concat(parts))
}

function utcTime(text: string): Buffer {
  return element(0x17, Buffer.from(text))
}

/** Tag, length (X.690 §8.1.3) and content. */
function element(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
