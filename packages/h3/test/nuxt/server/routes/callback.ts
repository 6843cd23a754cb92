import { oauth } from '../utils/auth.ts'

export default defineEventHandler(async (event) => {
  const { profile } = await oauth.example.authorizeAccessToken(event)
  return { hello: profile.sub }
})
