import { join } from 'node:path'

const parsed = [{ type: 'header', key: 'x-parsed' }]

export default {
  compress: false,
  poweredByHeader: false,
  skipTrailingSlashRedirect: true,
  turbopack: { root: join(import.meta.dirname, '../../../..') },
  rewrites: async () => [
    { source: '/:path*', destination: '/api/parsed/:path*', has: parsed },
    { source: '/:path*', destination: '/api/:path*' },
  ],
}
