import { routes } from '@authlib/next'
import { metadata } from '../../../../lib/mcp-resource'

export const { GET, HEAD, OPTIONS } = routes(metadata)
