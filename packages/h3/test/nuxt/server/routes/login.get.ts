import { oauth } from '../utils/auth.ts'

export default defineEventHandler((event) =>
  oauth.example.authorizeRedirect(event, { redirectUri: 'https://app.example/callback' }),
)
