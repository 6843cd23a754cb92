import { routes } from '@authlib/next'
import { metadata } from '../../../lib/api'

export const { GET, HEAD, OPTIONS } = routes(metadata)
