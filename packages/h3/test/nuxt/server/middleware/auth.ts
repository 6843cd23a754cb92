import { mount } from '@authlib/h3/v1'
import { onError, server } from '../utils/auth.ts'

export default defineEventHandler(mount(server, { onError }))
