import { routes } from '@authlib/next'
import { metadata } from '../../../../lib/mcp'

export const { GET, HEAD, OPTIONS } = routes(metadata)
