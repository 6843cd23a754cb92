import { problemPage, welcomePage } from '../../lib/my-app'
import { oauth } from '../../lib/oauth'

const headers = { 'content-type': 'text/html; charset=utf-8' }

export async function GET(request: Request) {
  try {
    const result = await oauth.provider.authorizeAccessToken(request)
    return new Response(await welcomePage(result), { headers }) // begin a session of your application here
  } catch (error) {
    const { status, html } = problemPage(error)
    return new Response(html, { status, headers })
  }
}
