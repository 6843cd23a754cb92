import { fileURLToPath } from 'node:url'
import { defineProject, mergeConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

const sources = fileURLToPath(new URL('src/', import.meta.url))

/** Our tests once more, on the cryptography of browsers and workers, and the encryption of `jose`. */
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
    test: { name: 'jose on WebCrypto', env: { TEST_RUNTIME: 'web' } },
  }),
)
