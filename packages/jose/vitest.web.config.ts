import { fileURLToPath } from 'node:url'
import { defineProject, mergeConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

const sources = fileURLToPath(new URL('src/', import.meta.url))

/** Files with a test of ES256K or RSA1_5, which WebCrypto does not have. */
const withoutWeb = [
  'jws/attacks-jws',
  'extra/interop-python',
  'interop-command',
  'interop-python',
  'jwt/jwt',
  'properties',
  'jwe/rsa1-5',
].map((name) => `src/${name}.test.ts`)

/** Our tests of whole tokens once more, on the cryptography of browsers and workers, and the encryption of `jose`. */
export default mergeConfig(
  shared,
  defineProject({
    plugins: [
      {
        name: 'web-runtime',
        enforce: 'pre',
        resolveId: (source, importer) =>
          source === '#runtime' && importer?.startsWith(sources) ? `${sources}runtime/web.ts` : null,
      },
    ],
    test: { name: 'jose on WebCrypto', exclude: withoutWeb },
  }),
)
