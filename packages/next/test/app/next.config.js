import { join } from 'node:path'

export default {
  compress: false,
  poweredByHeader: false,
  skipTrailingSlashRedirect: true,
  turbopack: { root: join(import.meta.dirname, '../../../..') },
}
